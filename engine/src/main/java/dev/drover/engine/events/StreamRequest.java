package dev.drover.engine.events;

import dev.drover.engine.crypto.Principal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

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

  /** The attribute that holds the caller as a {@link Principal}. */
  public static final String PRINCIPAL = "principal";

  /** Copies the attributes. */
  public StreamRequest {
    attributes = Map.copyOf(attributes);
  }

  /** Whose stream it is; empty when nobody had to prove anything. */
  public Optional<Principal> principal() {
    return attributes.get(PRINCIPAL) instanceof Principal caller
        ? Optional.of(caller)
        : Optional.empty();
  }

  /** A plain subscription. */
  public static StreamRequest of(String key, String cursor) {
    return new StreamRequest(key, cursor, null, Map.of(), Duration.ZERO, Duration.ZERO);
  }
}
