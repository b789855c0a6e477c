package dev.drover.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A heap that stays full ends its process; one that is merely used does not. */
class HeapWatchdogTest {
  private final List<String> ends = new ArrayList<>();
  private final HeapWatchdog watchdog =
      new HeapWatchdog(new HeapWatchdog.Settings(Duration.ofSeconds(30), 95), ends::add);
  private long seconds;
  private long collecting;

  /** So many seconds, in each of which collectors worked so long and left so much. */
  private void last(int many, int percent, int milliseconds) {
    for (int i = 0; i < many; i++) {
      seconds++;
      collecting += milliseconds;
      HeapUse.Reading reading = new HeapUse.Reading((long) percent << 20, 100L << 20, collecting);
      watchdog.check(reading, TimeUnit.SECONDS.toNanos(seconds));
    }
  }

  @Test
  void a4AHeapThatStaysFullEndsTheProcessThatStandsStill() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                FullHeap.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ended").isTrue();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.exitValue()).as(said).isEqualTo(HeapWatchdog.EXIT_CODE);
      assertThat(said).contains("begins", "drover.memory.full-after");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aFullHeapAndMuchCollectingForLongIsTheEnd() {
    last(30, 96, 600);
    assertThat(ends).isEmpty();
    last(1, 96, 600);
    assertThat(ends).hasSize(1);
    assertThat(ends.get(0)).contains("30 s", "60 %", "96 of 100 MB", "drover.memory.full-after");
  }

  @Test
  void collectingAllTheTimeIsTheEndHoweverFullTheHeapIs() {
    last(31, 60, 950);
    assertThat(ends).hasSize(1);
  }

  @Test
  void aPauseOfItBeginsAnew() {
    last(25, 99, 900);
    last(1, 80, 100);
    last(25, 99, 900);
    assertThat(ends).isEmpty();
  }

  @Test
  void aProcessThatWorksBesideAFullHeapGoesOn() {
    last(120, 99, 200);
    last(120, 70, 800);
    assertThat(ends).isEmpty();
  }

  @Test
  void theShareIsAPercentage() {
    assertThatThrownBy(() -> new HeapWatchdog.Settings(Duration.ZERO, 0))
        .hasMessageContaining("drover.memory.full-percent");
  }
}
