package dev.drover.engine.events;

import java.time.Duration;
import java.util.Map;

/** An append-only, partitioned log of events that is read by position. */
public interface EventLog extends AutoCloseable {

  /** The log's name, e.g. {@code drover.events}. */
  String name();

  /**
   * Asks the log for its incarnation and its ends; blocks for seconds at most.
   *
   * @throws LogUnavailableException when the log cannot be reached or does not exist
   */
  LogState state();

  /** How long events are told to who comes back; without a bound for as long as they are there. */
  default Duration kept() {
    return Duration.ofDays(36_500);
  }

  /** The first offset whose event is there and not older than {@link #kept}; blocks. */
  long beginning(int partition);

  /** The offset that the next record gets; blocks. */
  long end(int partition);

  /**
   * Opens a reader at the given offsets.
   *
   * @param epoch goes into the ids of the events
   * @param from offset to begin with, by partition; other partitions are not read
   */
  EventLogReader open(String epoch, Map<Integer, Long> from);

  /** Gives up the log's connections. */
  @Override
  void close();
}
