package dev.drover.engine.events;

/** What hands a dispatched event to the streams: the fan-out route. */
@FunctionalInterface
public interface DeliverStep {
  /** Delivers; an exception means that the event did not reach all streams of its key. */
  void deliver(LogEvent event) throws Exception;
}
