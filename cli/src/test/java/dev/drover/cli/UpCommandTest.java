package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.cli.run.Ports;
import dev.drover.cli.run.Services;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code up}, {@code status}, {@code logs} and {@code down} say and do. */
class UpCommandTest extends UpTestBase {
  @Test
  void upShowsEventsAndStopsAllWhenAsked() throws Exception {
    Process up = run("up", "--port-offset", Integer.toString(offset));

    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(output()).contains("import_taken", "Ctrl-C stops"));
    assertThat(output())
        .contains("central      ready", "orchestrator ready", "simulator    ready")
        .contains("Imported the demo mall: mall-a-uuid (new), 3 items, seq 7")
        .contains("http://127.0.0.1:" + (3000 + offset))
        .contains(state.log("central").toString());
    List<ProcessHandle> children = children();
    assertThat(children).hasSize(3);

    up.destroy();

    assertThat(up.waitFor()).isEqualTo(143);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(output()).contains("Stopping", "central      stopped");
    assertThat(state.pidFile("central")).doesNotExist();
  }

  @Test
  void detachedProcessesAreFoundByStatusAndStoppedByDown() throws Exception {
    String[] offsets = {"--port-offset", Integer.toString(offset)};
    assertThat(run("up", "--detach", offsets[0], offsets[1]).waitFor()).isZero();
    assertThat(children()).hasSize(3).allMatch(ProcessHandle::isAlive);

    assertThat(run("status", offsets[0], offsets[1]).waitFor()).isZero();
    assertThat(output()).contains("healthy", "line         whole");
    Files.writeString(
        state.directory().resolve("health-central"),
        """
        {"status":"degraded","problems":[{"check":"event_log","cause":"no broker",
        "since":"2026-11-28T20:00:00Z","remedy":"start one"}]}""");
    assertThat(run("status", offsets[0], offsets[1]).waitFor()).as("it works on").isZero();
    assertThat(output())
        .contains("degraded", "event_log since 2026-11-28T20:00:00Z: no broker; start one");
    assertThat(run("up", offsets[0], offsets[1]).waitFor()).isEqualTo(1);
    assertThat(output()).contains("central already runs (pid ");
    assertThat(run("logs", "central").waitFor()).isZero();
    assertThat(output()).contains("import_taken");

    List<ProcessHandle> children = children();
    assertThat(run("down").waitFor()).isZero();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(run("status", offsets[0], offsets[1]).waitFor()).isEqualTo(3);
  }

  @Test
  void d1APortInUseIsSaidBeforeAnythingStarts() throws Exception {
    try (ServerSocket taken =
        new ServerSocket(3900 + offset, 1, InetAddress.getLoopbackAddress())) {
      assertThat(run("up", "--port-offset", Integer.toString(offset)).waitFor()).isEqualTo(1);
      assertThat(output())
          .contains(
              "port " + taken.getLocalPort() + " (DROVER_MANAGEMENT_PORT of central) is in use");
    }
    assertThat(children()).isEmpty();
  }

  @Test
  void d1EveryPortIsChecked() throws Exception {
    for (Map.Entry<Integer, String> port :
        Map.of(3051, "DROVER_GRPC_PORT of central", 50051, "DROVER_GRPC_PORT of the mall")
            .entrySet()) {
      try (ServerSocket taken =
          new ServerSocket(port.getKey() + offset, 1, InetAddress.getLoopbackAddress())) {
        assertThat(run("up", "--port-offset", Integer.toString(offset)).waitFor()).isEqualTo(1);
        assertThat(output())
            .contains("port " + taken.getLocalPort() + " (" + port.getValue() + ") is in use");
      }
    }
    Services services = new Services(home, state, 10_000, Map.of());
    assertThat(Ports.lent(services.all()).orElse("")).contains("37017 (DROVER_MONGO_PORT");
    Services low = new Services(home, state, 5_000, Map.of());
    assertThat(Ports.lent(low.all())).isEmpty();
  }
}
