package dev.drover.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidFileTest {
  @TempDir Path directory;

  @Test
  void findsTheProcessThatWasWritten() throws IOException {
    PidFile file = file();
    file.write(ProcessHandle.current());

    assertThat(file.process()).contains(ProcessHandle.current());
    assertThat(file.isStale()).isFalse();
  }

  @Test
  void aProcessThatGotTheNumberLaterIsAnother() throws IOException {
    PidFile file = file();
    Files.createDirectories(directory.resolve("run"));
    Files.writeString(
        directory.resolve("run/central.pid"),
        "pid=" + ProcessHandle.current().pid() + "\nstarted=" + Instant.EPOCH + "\n");

    assertThat(file.process()).isEmpty();
    assertThat(file.isStale()).isTrue();
  }

  @Test
  void aProcessThatEndedIsStale() throws Exception {
    Process process = new ProcessBuilder("cat").start();
    PidFile file = file();
    file.write(process.toHandle());
    process.getOutputStream().close();
    process.waitFor();

    assertThat(file.process()).isEmpty();
    assertThat(file.isStale()).isTrue();
    file.delete();
    assertThat(file.isStale()).isFalse();
  }

  @Test
  void anUnreadableFileNamesNoProcess() throws IOException {
    Files.createDirectories(directory.resolve("run"));
    Files.writeString(directory.resolve("run/central.pid"), "pid=soon\n");

    assertThat(file().process()).isEmpty();
    assertThat(file().isStale()).isTrue();
  }

  private PidFile file() {
    return new PidFile(new State(directory).pidFile("central"));
  }
}
