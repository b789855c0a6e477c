package dev.drover.engine.events;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The newest events of one partition, bounded by bytes. Guarded by the partition's lock. */
final class EventRing {
  private final long limit;
  private final TreeMap<Long, LogEvent> events = new TreeMap<>();
  private long floor;
  private long bytes;

  /**
   * An empty ring.
   *
   * @param floor the position from which on this ring is complete
   * @param limit the most it keeps, in bytes
   */
  EventRing(long floor, long limit) {
    this.floor = floor;
    this.limit = limit;
  }

  void add(LogEvent event) {
    events.put(event.id().position(), event);
    bytes += event.weight();
    while (bytes > limit) {
      LogEvent oldest = events.pollFirstEntry().getValue();
      bytes -= oldest.weight();
      floor = oldest.id().position();
    }
  }

  /** The event with this position, or null when it is not here (any more). */
  LogEvent at(long position) {
    return events.get(position);
  }

  /** Whether everything after this position is here. */
  boolean covers(long position) {
    return position >= floor;
  }

  /** The events after a position, in order, up to about {@code maxBytes} and at least one. */
  List<LogEvent> after(long position, long maxBytes) {
    List<LogEvent> found = new ArrayList<>();
    long size = 0;
    for (LogEvent event : events.tailMap(position, false).values()) {
      found.add(event);
      size += event.weight();
      if (size >= maxBytes) {
        break;
      }
    }
    return found;
  }
}
