package dev.drover.engine.events;

/** A position that the log no longer holds, or does not hold yet. */
public final class CursorExpiredException extends RuntimeException {
  /** Wraps what the log said. */
  public CursorExpiredException(Throwable cause) {
    super("position is outside the log: " + cause.getMessage(), cause);
  }
}
