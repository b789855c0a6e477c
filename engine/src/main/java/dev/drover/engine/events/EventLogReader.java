package dev.drover.engine.events;

import java.time.Duration;
import java.util.List;

/** A sequential reader of some partitions; for one thread, apart from {@link #wakeup()}. */
public interface EventLogReader extends AutoCloseable {

  /**
   * The next events in order of each partition; empty when none came in time.
   *
   * @throws CursorExpiredException when a position is no longer in the log
   */
  List<LogEvent> poll(Duration timeout);

  /** The offset that this reader reads next in a partition. */
  long position(int partition);

  /** Lets a running or the next {@link #poll} return at once; from any thread. */
  void wakeup();

  /** Ends the reader. */
  @Override
  void close();
}
