package dev.drover.engine.events;

/**
 * One event as it stands in the log.
 *
 * @param id the event's id
 * @param key whose event it is: the entity id
 * @param type the event's type, e.g. {@code data_update}
 * @param data one line of JSON, UTF-8; never changed after construction
 */
public record LogEvent(EventId id, String key, String type, byte[] data) {

  /** What the event costs in memory, in bytes, roughly. */
  int weight() {
    return data.length + 160;
  }
}
