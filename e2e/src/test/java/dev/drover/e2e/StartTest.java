package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a process that cannot start says, and with which code it ends. */
class StartTest {
  private static String ending(JavaProcess process, int code) throws Exception {
    try (process) {
      process.launch();
      assertThat(process.process().waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
      assertThat(process.process().exitValue()).isEqualTo(code);
      assertThat(process.data().resolve("kafka")).doesNotExist();
      return Files.readString(process.output());
    }
  }

  @Test
  void d10AWrongSettingIsExitCode2AndOneLineWithoutAStack() throws Exception {
    String said =
        ending(
            CentralProcess.alone(
                "start-setting", Map.of("DROVER_PROFILE", "staging", "DROVER_QUEU", "kafka")),
            2);
    assertThat(said)
        .contains("central does not start: DROVER_PROFILE (spring.profiles.active) is \"staging\";")
        .contains("allowed is one of dev, production")
        .contains("start_failed")
        .doesNotContain("\tat ", "APPLICATION FAILED");
  }

  @Test
  void d1ATakenPortIsExitCode1AndNamesTheSetting() throws Exception {
    try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String said =
          ending(
              CentralProcess.alone(
                  "start-port",
                  Map.of("DROVER_MANAGEMENT_PORT", String.valueOf(stranger.getLocalPort()))),
              1);
      assertThat(said)
          .contains("DROVER_MANAGEMENT_PORT=" + stranger.getLocalPort() + ": 127.0.0.1:")
          .contains("is in use")
          .doesNotContain("\tat ");
    }
  }
}
