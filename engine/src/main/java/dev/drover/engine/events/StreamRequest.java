package dev.drover.engine.events;

import java.time.Duration;
import java.util.Map;

/**
 * What a caller was granted: the events of one key from a cursor on.
 *
 * @param key whose events: the entity id
 * @param cursor what the client sent as its last event id, unchecked; null or empty for none
 * @param resyncReason when set, the client is told to resync whatever its cursor says
 * @param attributes what the route knows about the caller, e.g. {@code orchestrator_id}
 * @param minGap least time between two events; zero for none (delays, never drops)
 * @param maxWait the stream ends cleanly after this time; zero for never
 */
public record StreamRequest(
    String key,
    String cursor,
    String resyncReason,
    Map<String, Object> attributes,
    Duration minGap,
    Duration maxWait) {

  /** Copies the attributes. */
  public StreamRequest {
    attributes = Map.copyOf(attributes);
  }

  /** A plain subscription. */
  public static StreamRequest of(String key, String cursor) {
    return new StreamRequest(key, cursor, null, Map.of(), Duration.ZERO, Duration.ZERO);
  }
}
