package dev.drover.engine.events;

/**
 * How events look on one kind of stream. Streams that share an encoding instance share the encoded
 * frames, so each event is encoded once however many streams it goes to.
 */
public interface EventEncoding {

  /** The kind of stream that a route's {@code to:} names, e.g. {@code sse} or {@code ws}. */
  String transport();

  /**
   * Encodes one event.
   *
   * @param type the event's type
   * @param id the event's id, or null when it must not move the client's cursor
   * @param data one line of JSON, UTF-8
   * @param retryMillis how long the client shall wait before it reconnects; 0 to say nothing
   * @return an immutable frame; when it is reference counted, the caller owns one reference
   */
  Object encode(String type, String id, byte[] data, int retryMillis);
}
