package dev.drover.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.start.StartFailure;
import dev.drover.engine.start.StartRefused;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;

/** What ends the start of a simulated mall. */
class SimulatorStartTest {
  @TempDir Path directory;

  private StartRefused refused(String... settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--drover.home=" + System.getProperty("drover.home"),
                "--drover.data=" + directory.resolve("simulator")));
    for (String name : List.of("drover.port", "drover.simulator.line-port", "server.port")) {
      if (!settings[0].startsWith("--" + name)) {
        arguments.add("--" + name + "=" + FreePort.pick());
      }
    }
    arguments.addAll(List.of(settings));
    Throwable failure =
        catchThrowable(
            () ->
                SpringApplication.run(SimulatorApplication.class, arguments.toArray(String[]::new))
                    .close());
    assertThat(directory.resolve("simulator")).doesNotExist();
    return StartFailure.refused(failure).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "drover.port, DROVER_PORT",
    "drover.simulator.line-port, DROVER_LINE_PORT",
    "server.port, DROVER_MANAGEMENT_PORT"
  })
  void d1ATakenPortEndsTheStartWithItsSettingBeforeAnythingStarts(String name, String variable)
      throws Exception {
    try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      StartRefused refused = refused("--" + name + "=" + stranger.getLocalPort());

      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused).hasMessageContaining(variable + "=" + stranger.getLocalPort());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "drover.bundles, orchestrator, DROVER_BUNDLES",
    "drover.simulator.mall-url, ftp://x, ORCHESTRATOR_URL"
  })
  void d10AWrongSettingEndsTheStart(String name, String value, String variable) {
    StartRefused refused = refused("--" + name + "=" + value);

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused).hasMessageContaining(variable).hasMessageContaining("allowed is");
  }
}
