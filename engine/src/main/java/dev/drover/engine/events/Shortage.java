package dev.drover.engine.events;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends streams when the process's budget has no room for what waits for their readers: always the
 * one for which most waits, and no more of them than are needed. Their cursors bring the readers
 * back.
 */
final class Shortage {
  private static final Logger LOG = LoggerFactory.getLogger(Shortage.class);

  /** How long another thread may take to end a stream; then the next one is asked for. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Collection<EventStream> streams;
  private final Set<EventStream> ending = new HashSet<>();
  private long promised;
  private long until;

  /** A shortage among these streams. */
  Shortage(Collection<EventStream> streams) {
    this.streams = streams;
  }

  /**
   * On the thread of the stream that asks: makes room.
   *
   * @param waits what waits for the reader of the stream that asks, in bytes
   * @param more how much of that has no room
   * @return whether it is worth trying again at once; else another thread makes the room, and the
   *     stream that asks is looked at again soon
   */
  synchronized boolean endLargest(EventStream asking, long waits, long more) {
    long now = System.nanoTime();
    ending.removeIf(EventStream::closed);
    if (now - until > 0) {
      promised = 0;
    } else if (promised >= more) {
      promised -= more;
      return false;
    }
    EventStream largest = largest(asking, waits);
    LOG.warn(
        "stream {} is cut: {} bytes wait for its reader, no memory for more"
            + " (drover.limits.memory)",
        largest.connectionId(),
        Math.max(waits, largest.waiting()));
    Outbox outbox = largest.sink().outbox();
    if (outbox == asking.sink().outbox()) {
      largest.drop();
      return true;
    }
    ending.add(largest);
    promised += largest.waiting() - more;
    until = now + PATIENCE_NANOS;
    outbox.submit((thread, last) -> largest.drop());
    return false;
  }

  private EventStream largest(EventStream asking, long waits) {
    EventStream largest = asking;
    long most = waits;
    for (EventStream stream : streams) {
      long size = stream.waiting();
      if (size > most && !ending.contains(stream)) {
        largest = stream;
        most = size;
      }
    }
    return largest;
  }
}
