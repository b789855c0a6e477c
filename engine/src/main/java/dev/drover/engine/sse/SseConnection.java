package dev.drover.engine.sse;

import java.util.Map;
import java.util.Optional;

/** What the SSE client asks its owner for each time it connects, and what it reports. */
public interface SseConnection {

  /** Headers of the next request, e.g. {@code Authorization}; asked anew for each attempt. */
  Map<String, String> headers();

  /** The durable cursor: sent as {@code Last-Event-ID}; asked anew for each attempt. */
  Optional<String> lastEventId();

  /**
   * Whether an event must be in a durable store when its route ends well; else it comes again.
   *
   * @param type of the event
   */
  default boolean durable(String type) {
    return false;
  }

  /** The server accepted the request. */
  default void connected() {}

  /** The connection ended or could not be made; the client tries again after a wait. */
  default void disconnected(String reason) {}

  /** The server answered with another status than 200; the client tries again after a wait. */
  default void refused(int status, String body) {}
}
