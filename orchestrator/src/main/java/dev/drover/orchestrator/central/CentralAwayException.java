package dev.drover.orchestrator.central;

import java.time.Duration;

/**
 * Central is away: no connection, no whole answer in time, or it says itself that it cannot work
 * now (408, 425, 429, 5xx). The same request may succeed later.
 */
public final class CentralAwayException extends CentralException {
  private static final long serialVersionUID = 1L;

  /** Central cannot be reached, for this reason. */
  public CentralAwayException(String message, Throwable cause) {
    super(message, null, cause);
  }

  /**
   * Central does not work now.
   *
   * @param pause how long it asked to wait; null when it did not
   */
  public CentralAwayException(String message, Duration pause) {
    super(message, pause, null);
  }
}
