package dev.drover.orchestrator.mall;

import com.sun.management.OperatingSystemMXBean;
import dev.drover.orchestrator.store.MallStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the mall measures of itself (document 1, sections 7.2 and 10.3). */
public final class MallFigures {
  private static final Logger LOG = LoggerFactory.getLogger(MallFigures.class);
  private static final double MB = 1_000_000;
  private static final double GB = 1_000_000_000;

  private final Path data;
  private final Path firmware;
  private final MallStore store;
  private volatile long pendingTasks;

  /** Figures of the process whose data lies here. */
  public MallFigures(Path data, Path firmware, MallStore store) {
    this.data = data;
    this.firmware = firmware;
    this.store = store;
  }

  /** The processor time that this process takes, in percent of the whole machine. */
  public double cpuPercent() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return rounded(Math.max(0, system.getProcessCpuLoad()) * 100);
  }

  /** The memory that this process uses, in MB. */
  public long memoryUsedMb() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long bytes = memory.getHeapMemoryUsage().getUsed() + memory.getNonHeapMemoryUsage().getUsed();
    return Math.round(bytes / MB);
  }

  /** What is used of the disk on which the mall's data lies, in GB. */
  public double diskUsedGb() {
    try {
      FileStore disk = Files.getFileStore(data);
      return rounded((disk.getTotalSpace() - disk.getUnallocatedSpace()) / GB);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the disk has less left than this; no, when it cannot be looked at. */
  public boolean diskBelow(long mb) {
    try {
      return diskFreeMb() < mb;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** What is free of that disk, in MB. */
  public long diskFreeMb() {
    try {
      return Math.round(Files.getFileStore(data).getUsableSpace() / MB);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The size of the mall's store and its firmware, in MB. */
  public double cacheSizeMb() {
    long bytes =
        Stream.of("mall.db", "mall.db-wal", "cache.db", "cache.db-wal")
            .mapToLong(f -> size(data.resolve(f)))
            .sum();
    return rounded((bytes + firmwareBytes()) / MB);
  }

  private long firmwareBytes() {
    try (Stream<Path> files = Files.walk(firmware)) {
      return files.mapToLong(MallFigures::size).sum();
    } catch (IOException | UncheckedIOException e) {
      // Not there, or deleted meanwhile: no reason to say nothing else.
      return 0;
    }
  }

  private static long size(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      // Deleted meanwhile.
      return 0;
    }
  }

  /** Seconds since this process was started. */
  public long uptimeSeconds() {
    return ManagementFactory.getRuntimeMXBean().getUptime() / 1000;
  }

  /** Tasks that were received and not begun; as last known while the store cannot be read. */
  public long pendingTasks() {
    try {
      pendingTasks = store.events().received("task_create");
    } catch (IllegalStateException e) {
      LOG.debug("A mall whose store is damaged tells central so", e);
    }
    return pendingTasks;
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
