package dev.drover.engine.stream;

/** What a producer of the stream components does with an exchange. */
public enum StreamOperation {
  /** Sends the event to the streams of its key. */
  deliver,
  /** Sends the event to every stream, each with its own cursor as id. */
  broadcast,
  /** Sends a ping to every stream; the exchange is only the occasion. */
  ping
}
