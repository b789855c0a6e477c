package dev.drover.engine.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whether another process gets on with what it does: it writes to one of its files, or it uses the
 * processor. A slow machine makes both slow; only a process that hangs does neither.
 */
public final class Progress {
  /** Below this share of one processor a process counts as waiting. */
  private static final double BUSY = 0.1;

  /** The shortest time over which the use of the processor says something. */
  private static final long SAMPLE_NANOS = 500_000_000L;

  private final ProcessHandle process;
  private final List<Path> files;
  private long moved;
  private long bytes;
  private Duration used;
  private int word;

  /**
   * Watches a process and its children from now on.
   *
   * @param files what it writes to; they need not exist
   */
  public Progress(ProcessHandle process, List<Path> files) {
    this.process = process;
    this.files = List.copyOf(files);
    mark(System.nanoTime());
  }

  /** Notes what else the process tells of itself, such as the status of its health; news count. */
  public void heard(int status) {
    if (status != word) {
      word = status;
      mark(System.nanoTime());
    }
  }

  /** For how long the process has made no progress. */
  public Duration still() {
    long now = System.nanoTime();
    long passed = now - moved;
    boolean busy = passed > SAMPLE_NANOS && processorTime().minus(used).toNanos() > passed * BUSY;
    if (busy || size() != bytes) {
      mark(now);
      return Duration.ZERO;
    }
    return Duration.ofNanos(passed);
  }

  private void mark(long now) {
    moved = now;
    bytes = size();
    used = processorTime();
  }

  private Duration processorTime() {
    try (Stream<ProcessHandle> all = Stream.concat(Stream.of(process), process.descendants())) {
      return all.map(one -> one.info().totalCpuDuration().orElse(Duration.ZERO))
          .reduce(Duration.ZERO, Duration::plus);
    }
  }

  private long size() {
    long sum = 0;
    for (Path file : files) {
      try {
        sum += Files.size(file);
      } catch (IOException e) {
        // it is not there, or not yet
        sum += 0;
      }
    }
    return sum;
  }
}
