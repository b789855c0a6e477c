package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.cli.run.PidFile;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** What becomes of a process under {@code up} that dies, hangs or will not start. */
class UpSupervisionTest extends UpTestBase {
  @Test
  void aProcessThatDiesIsReportedAndTheOthersStop() throws Exception {
    Files.createDirectories(state.directory());
    Files.writeString(state.directory().resolve("break-orchestrator"), "");

    assertThat(run("up", "--port-offset", Integer.toString(offset)).waitFor()).isEqualTo(1);

    assertThat(output())
        .contains("orchestrator ended with exit code 5", "  | broken on purpose")
        .contains("central      stopped");
    assertThat(children()).isEmpty();
  }

  @Test
  void d3AProcessThatDiesIsStartedAgainAndThatIsSaid() throws Exception {
    Process up = run("up", "--port-offset", Integer.toString(offset));
    await().atMost(LIMIT).untilAsserted(() -> assertThat(output()).contains("Ctrl-C stops"));
    ProcessHandle first = new PidFile(state.pidFile("simulator")).process().orElseThrow();

    first.destroyForcibly();

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(output().split("Ctrl-C stops")[1])
                    .contains("simulator ended with exit code 137", "starts again in 1 s")
                    .contains("simulator    ready after"));
    ProcessHandle second = new PidFile(state.pidFile("simulator")).process().orElseThrow();
    second.destroyForcibly();
    await().atMost(LIMIT).untilAsserted(() -> assertThat(output()).contains("again in 2 s"));
    up.destroy();
    assertThat(up.waitFor()).isEqualTo(143);
    assertThat(children()).isEmpty();
  }

  @Test
  void f2AProcessThatLivesAndIsOfNoUseIsEndedAndStartedAgain() throws Exception {
    Process up = run("up", "--port-offset", Integer.toString(offset));
    await().atMost(LIMIT).untilAsserted(() -> assertThat(output()).contains("Ctrl-C stops"));
    ProcessHandle first = new PidFile(state.pidFile("simulator")).process().orElseThrow();

    new ProcessBuilder("kill", "-STOP", String.valueOf(first.pid())).start().waitFor();

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(output().split("Ctrl-C stops")[1])
                    .contains("simulator    hangs: http", "does not answer", "it is ended")
                    .contains("simulator    ready after"));
    assertThat(first.isAlive()).isFalse();
    up.destroy();
    up.waitFor();
    assertThat(children()).isEmpty();
  }

  @Test
  void d3AProcessWhoseSettingsAreWrongIsNotStartedAgain() throws Exception {
    Process up = run("up", "--port-offset", Integer.toString(offset));
    await().atMost(LIMIT).untilAsserted(() -> assertThat(output()).contains("Ctrl-C stops"));
    Files.writeString(state.directory().resolve("refuse-simulator"), "");

    new PidFile(state.pidFile("simulator")).process().orElseThrow().destroyForcibly();

    assertThat(up.waitFor()).isEqualTo(1);
    assertThat(output()).contains("simulator ended with exit code 2", "settings are wrong");
    assertThat(children()).isEmpty();
  }

  @Test
  void d2AProcessThatHangsIsNamedAndOneThatIsSlowIsWaitedFor() throws Exception {
    Files.createDirectories(state.directory());
    Files.writeString(state.directory().resolve("hang-orchestrator"), "");
    Files.writeString(state.directory().resolve("slow-central"), "");

    assertThat(run(3, "up", "--port-offset", Integer.toString(offset)).waitFor()).isEqualTo(1);

    // central logged for twice as long as a process may stand still
    assertThat(output())
        .contains("central      ready after", "orchestrator hangs: for ")
        .contains("it has logged nothing", "  | hangs on purpose", "central      stopped");
    assertThat(children()).isEmpty();
  }
}
