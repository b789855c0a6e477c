package dev.drover.engine.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What hangs is told from what is only slow. */
class ProgressTest {
  @TempDir Path directory;

  @Test
  void d2AProcessThatWaitsMakesNoProgressUntilItWritesOrTellsSomethingNew() throws Exception {
    Path log = directory.resolve("log");
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      Progress progress = new Progress(process.toHandle(), List.of(log));
      await().until(() -> progress.still().compareTo(Duration.ofSeconds(1)) > 0);
      Files.writeString(log, "a line");
      assertThat(progress.still()).isZero();

      await().until(() -> progress.still().compareTo(Duration.ofMillis(500)) > 0);
      progress.heard(503);
      assertThat(progress.still()).isLessThan(Duration.ofMillis(400));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void d2AProcessThatUsesTheProcessorGetsOn() throws Exception {
    Process process = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
    try {
      Progress progress = new Progress(process.toHandle(), List.of());
      await().until(() -> progress.still().isZero());
    } finally {
      process.destroyForcibly();
    }
  }
}
