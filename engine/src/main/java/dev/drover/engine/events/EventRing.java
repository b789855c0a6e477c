package dev.drover.engine.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The newest events of one partition, bounded by bytes. Guarded by the partition's lock. */
final class EventRing {
  private record Kept(LogEvent event, long nanos) {}

  private final long limit;
  private final long keptNanos;
  private final TreeMap<Long, Kept> events = new TreeMap<>();
  private long floor;
  private long bytes;

  /**
   * An empty ring.
   *
   * @param floor the position from which on this ring is complete
   * @param limit the most it keeps, in bytes
   * @param kept how long it keeps an event
   */
  EventRing(long floor, long limit, Duration kept) {
    this.keptNanos = kept.toNanos();
    this.floor = floor;
    this.limit = limit;
  }

  void add(LogEvent event) {
    events.put(event.id().position(), new Kept(event, System.nanoTime()));
    bytes += event.weight();
    while (bytes > limit) {
      dropOldest();
    }
    dropOld();
  }

  private void dropOldest() {
    LogEvent oldest = events.pollFirstEntry().getValue().event;
    bytes -= oldest.weight();
    floor = oldest.id().position();
  }

  private void dropOld() {
    long now = System.nanoTime();
    while (!events.isEmpty() && now - events.firstEntry().getValue().nanos > keptNanos) {
      dropOldest();
    }
  }

  /** The event with this position, or null when it is not here (any more). */
  LogEvent at(long position) {
    Kept kept = events.get(position);
    return kept == null ? null : kept.event;
  }

  /** Whether everything after this position is here. */
  boolean covers(long position) {
    dropOld();
    return position >= floor;
  }

  /** The events after a position, in order, up to about {@code maxBytes} and at least one. */
  List<LogEvent> after(long position, long maxBytes) {
    List<LogEvent> found = new ArrayList<>();
    long size = 0;
    for (Kept kept : events.tailMap(position, false).values()) {
      LogEvent event = kept.event;
      found.add(event);
      size += event.weight();
      if (size >= maxBytes) {
        break;
      }
    }
    return found;
  }
}
