package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.start.StartFailure;
import dev.drover.engine.start.StartRefused;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;

/** A mall refuses a start before it makes anything, and never runs on without one of its doors. */
class MallStartTest {
  @TempDir Path data;

  private Throwable start(String... settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--drover.home=" + System.getProperty("drover.home"),
                "--drover.data=" + data.resolve("mall"),
                "--drover.log-directory=" + data.resolve("logs"),
                "--drover.firmware.directory=" + data.resolve("firmware"),
                "--drover.entity-id=" + FakeCentral.ENTITY,
                "--drover.orchestrator-id=" + FakeCentral.ORCHESTRATOR,
                "--drover.central.url=http://127.0.0.1:1",
                "--drover.grpc-port=" + FreePort.pick(),
                "--drover.mqtt.port=" + FreePort.pick(),
                "--drover.port=" + FreePort.pick(),
                "--drover.kafka.port=" + FreePort.pick(),
                "--server.port=" + FreePort.pick()));
    for (String setting : settings) {
      // given twice, the two would be read as a list
      String name = setting.substring(0, setting.indexOf('=') + 1);
      arguments.removeIf(other -> other.startsWith(name));
      arguments.add(setting);
    }
    return Assertions.catchThrowable(
        () ->
            SpringApplication.run(OrchestratorApplication.class, arguments.toArray(String[]::new))
                .close());
  }

  @ParameterizedTest
  @CsvSource({
    "drover.port, DROVER_PORT, drover.queue=mqtt",
    "drover.grpc-port, DROVER_GRPC_PORT, drover.queue=mqtt",
    "drover.mqtt.port, DROVER_MQTT_PORT, drover.queue=mqtt",
    "server.port, DROVER_MANAGEMENT_PORT, drover.queue=mqtt",
    "drover.kafka.port, DROVER_KAFKA_PORT, drover.queue=kafka"
  })
  void d1ATakenPortEndsTheStartWithItsSettingBeforeAnythingStarts(
      String name, String variable, String with) throws Exception {
    try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Throwable failure = start("--" + with, "--" + name + "=" + stranger.getLocalPort());

      StartRefused refused = StartFailure.refused(failure).orElseThrow();
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused).hasMessageContaining(variable + "=" + stranger.getLocalPort());
      assertThat(Files.exists(data.resolve("mall"))).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "drover.queue | rabbit | DROVER_QUEUE",
        "drover.bundles | orchestrator,simulator | DROVER_BUNDLES",
        "drover.bundles[0] | tower | DROVER_BUNDLES",
        "drover.entity-id | a b/c | ENTITY_ID",
        "drover.mqtt.port | -1 | DROVER_MQTT_PORT",
        "drover.limits.beacon-requests | 1000000/1m | DROVER_LIMITS_BEACON_REQUESTS",
        "spring.profiles.active | staging | DROVER_PROFILE"
      })
  void d10AWrongSettingEndsTheStart(String name, String value, String variable) {
    Throwable failure = start("--" + name + "=" + value);

    StartRefused refused = StartFailure.refused(failure).orElseThrow();
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused).hasMessageContaining(variable).hasMessageContaining("allowed is");
    assertThat(Files.exists(data.resolve("mall"))).isFalse();
  }

  @Test
  void theOldNameOfTheBundlesEndsTheStartWithTheNewOne() {
    Throwable failure = start("--drover.bundle=simulator");

    StartRefused refused = StartFailure.refused(failure).orElseThrow();
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused)
        .hasMessageContaining("DROVER_BUNDLE (drover.bundle) is not read any more")
        .hasMessageContaining("DROVER_BUNDLES (drover.bundles)")
        .hasMessageContaining("drover-simulator.jar");
    assertThat(Files.exists(data.resolve("mall"))).isFalse();
  }

  @Test
  void d1AMallWhoseCertificateCannotBeReadEndsItsStart() throws Exception {
    Path nothing = Files.writeString(data.resolve("no.pem"), "no certificate");
    Throwable failure =
        start(
            "--drover.tls.certificate=" + nothing,
            "--drover.tls.key=" + nothing,
            "--drover.https-port=" + FreePort.pick(),
            "--drover.mqtt.tls-port=" + FreePort.pick());

    assertThat(failure).isNotNull();
    assertThat(failure.toString()).contains("certificate");
  }

  @Test
  void f8DamagedBindingsOfTheMqttBrokerEndTheStartWithTheirDirectory() throws Exception {
    Path bindings = Files.createDirectories(data.resolve("mall/mqtt/bindings"));
    byte[] noise = new byte[1 << 20];
    new Random(8).nextBytes(noise);
    Files.write(bindings.resolve("activemq-bindings-1.bindings"), noise);

    Throwable failure = start();

    assertThat(failure).isNotNull();
    assertThat(failure.toString()).contains("mqtt");
  }
}
