package dev.drover.engine.limit;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.List;

/** Reads how full this process's heap is and how long its collectors have worked. */
final class HeapUse {
  /**
   * One look.
   *
   * @param used what the last collection left in the old generation, in bytes
   * @param most what fits there, in bytes
   * @param collecting how long collectors have worked since the start, in milliseconds
   */
  record Reading(long used, long most, long collecting) {
    double share() {
      return most <= 0 ? 0 : (double) used / most;
    }
  }

  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getGarbageCollectorMXBeans();

  /** The pool in which live objects end up: of those that can be filled, the largest one. */
  private final MemoryPoolMXBean old =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
          .max(
              Comparator.comparing((MemoryPoolMXBean pool) -> isOld(pool.getName()))
                  .thenComparing(pool -> pool.getUsage().getMax()))
          .orElseThrow();

  private static boolean isOld(String pool) {
    return pool.contains("Old") || pool.contains("Tenured");
  }

  Reading read() {
    MemoryUsage left = old.getCollectionUsage();
    long collecting = 0;
    for (GarbageCollectorMXBean collector : collectors) {
      collecting += Math.max(0, collector.getCollectionTime());
    }
    return new Reading(left.getUsed(), left.getMax(), collecting);
  }
}
