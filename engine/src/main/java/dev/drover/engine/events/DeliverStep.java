package dev.drover.engine.events;

/** What decides which streams get an event of the log: the fan-out route. */
@FunctionalInterface
public interface DeliverStep {
  /** Hands the event over; after an exception it has reached no stream of its key. */
  void deliver(LogEvent event, FanOut fanOut) throws Exception;
}
