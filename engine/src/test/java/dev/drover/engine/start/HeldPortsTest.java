package dev.drover.engine.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.drover.engine.backbone.FreePort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ports are checked before anything starts, and kept for the servers that come. */
class HeldPortsTest {
  private static final String HOST = "127.0.0.1";

  @Test
  void d1EveryTakenPortIsNamedWithItsSetting() throws Exception {
    int free = FreePort.pick();
    try (ServerSocket one = listen(FreePort.pick());
        ServerSocket two = listen(FreePort.pick())) {
      List<HeldPorts.Wanted> wanted =
          List.of(
              new HeldPorts.Wanted("DROVER_PORT", HOST, one.getLocalPort()),
              new HeldPorts.Wanted("DROVER_GRPC_PORT", HOST, free),
              new HeldPorts.Wanted("DROVER_MQTT_PORT", HOST, two.getLocalPort()));

      StartRefused refused =
          catchThrowableOfType(StartRefused.class, () -> HeldPorts.take(wanted, line -> {}));

      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused)
          .hasMessageContaining("DROVER_PORT=" + one.getLocalPort() + ": 127.0.0.1:")
          .hasMessageContaining("DROVER_MQTT_PORT=" + two.getLocalPort())
          .hasMessageContaining("is in use")
          .hasMessageNotContaining("DROVER_GRPC_PORT");
    }
    listen(free).close();
  }

  @Test
  void d1AHeldPortIsForItsServerAndForNobodyElse() throws Exception {
    int port = FreePort.pick();
    HeldPorts held =
        HeldPorts.take(List.of(new HeldPorts.Wanted("DROVER_GRPC_PORT", HOST, port)), l -> {});
    try {
      // an outgoing connection cannot have it
      try (ServerSocket other = listen(0);
          Socket outgoing = new Socket()) {
        assertThatThrownBy(
                () -> {
                  outgoing.setReuseAddress(false);
                  outgoing.bind(new InetSocketAddress(HOST, port));
                  outgoing.connect(other.getLocalSocketAddress());
                })
            .hasMessageContaining("in use");
      }
      listen(port).close();
    } finally {
      held.close();
    }
  }

  @Test
  void d1APortWithALeftoverOfAStrangersConnectionIsWaitedFor() throws Exception {
    int port = FreePort.pick();
    try (ServerSocket other = listen(0)) {
      Socket outgoing = new Socket();
      outgoing.setReuseAddress(false);
      outgoing.bind(new InetSocketAddress(HOST, port));
      outgoing.connect(other.getLocalSocketAddress());
      Socket accepted = other.accept();
      List<HeldPorts.Wanted> wanted = List.of(new HeldPorts.Wanted("DROVER_GRPC_PORT", HOST, port));
      assertThat(LocalPort.use(port)).isEqualTo(LocalPort.Use.CONNECTION);
      assertThatThrownBy(() -> HeldPorts.take(wanted, line -> {}))
          .hasMessageContaining("an outgoing connection of another process");

      // who closes first keeps the port for a minute: here the other side, so that it is free soon
      accepted.setSoLinger(true, 0);
      List<String> told = new ArrayList<>();
      outgoing.shutdownOutput();
      assertThat(LocalPort.use(port)).isEqualTo(LocalPort.Use.LEFTOVER);
      Thread closing =
          new Thread(
              () -> {
                try {
                  while (told.isEmpty()) {
                    Thread.onSpinWait();
                  }
                  accepted.close();
                  outgoing.close();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      closing.start();
      HeldPorts.take(wanted, told::add).close();
      closing.join();
      assertThat(told).singleElement().asString().contains("DROVER_GRPC_PORT", "waiting");
    }
  }

  @Test
  void d1TwoSettingsOfOnePortAndAForeignAddressAreRefused() {
    int port = FreePort.pick();
    StartRefused twice =
        catchThrowableOfType(
            StartRefused.class,
            () ->
                HeldPorts.take(
                    List.of(
                        new HeldPorts.Wanted("DROVER_PORT", HOST, port),
                        new HeldPorts.Wanted("DROVER_MQTT_PORT", HOST, port)),
                    line -> {}));
    assertThat(twice).hasMessage("DROVER_PORT and DROVER_MQTT_PORT are both " + port);
    assertThat(twice.exitCode()).isEqualTo(2);

    assertThatThrownBy(
            () ->
                HeldPorts.take(
                    List.of(new HeldPorts.Wanted("DROVER_PORT", "192.0.2.1", port)), line -> {}))
        .hasMessageContaining("192.0.2.1 is no address of this machine");
  }

  private static ServerSocket listen(int port) throws Exception {
    return new ServerSocket(port, 1, InetAddress.getByName(HOST));
  }
}
