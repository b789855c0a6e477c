package dev.drover.engine.events;

/** The event log cannot be reached or is not there yet; try again. */
public final class LogUnavailableException extends RuntimeException {
  /** Wraps what the log's client said. */
  public LogUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
