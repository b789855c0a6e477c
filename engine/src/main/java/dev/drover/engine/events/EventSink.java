package dev.drover.engine.events;

/**
 * The socket side of one stream. Apart from {@link #encoding()} and {@link #outbox()}, every method
 * is called on the outbox's thread only.
 */
public interface EventSink {

  /** How events look on this stream. */
  EventEncoding encoding();

  /** The queue and the thread that write to this stream. */
  Outbox outbox();

  /** Hands one frame to the socket without flushing; takes over one reference of the frame. */
  void write(Object frame);

  /** Pushes what was written to the network. */
  void flush();

  /** Bytes that were written and have not left this process. */
  long pendingBytes();

  /** Cuts the stream so that the client cannot take it for a clean end. */
  void abort();

  /**
   * Ends the stream because its caller's right to it is over; says so where the protocol has words
   * for it. SSE has none: the connection is cut, and the next request is answered 401.
   *
   * @param reason what is over, in a few words
   */
  default void endUnauthorised(String reason) {
    abort();
  }

  /** Ends the stream cleanly, after what was written. */
  void end();
}
