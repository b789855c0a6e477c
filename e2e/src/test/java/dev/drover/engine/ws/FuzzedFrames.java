package dev.drover.engine.ws;

import java.util.Optional;

/** What the WebSocket door reads of a client's message, for random input. */
public final class FuzzedFrames {
  private FuzzedFrames() {}

  /** The type of a message; a message is refused by an empty answer, never by an exception. */
  public static Optional<String> type(String message) {
    return WsServerConsumer.type(message);
  }
}
