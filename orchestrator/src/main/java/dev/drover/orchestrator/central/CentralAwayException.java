package dev.drover.orchestrator.central;

import java.time.Duration;

/**
 * Central is away: no connection, no whole answer in time, or it says itself that it cannot work
 * now (408, 425, 429, 5xx). The same request may succeed later.
 */
public final class CentralAwayException extends CentralException {
  private static final long serialVersionUID = 1L;

  private final boolean asked;

  private CentralAwayException(String message, boolean asked) {
    super(message, null, null);
    this.asked = asked;
  }

  /** Nothing was sent, for this reason; why central is away is known from former requests. */
  static CentralAwayException unasked(String message) {
    return new CentralAwayException(message, false);
  }

  /** Central cannot be reached, for this reason. */
  public CentralAwayException(String message, Throwable cause) {
    super(message, null, cause);
    this.asked = true;
  }

  /**
   * Central does not work now.
   *
   * @param pause how long it asked to wait; null when it did not
   */
  public CentralAwayException(String message, Duration pause) {
    super(message, pause, null);
    this.asked = true;
  }

  /** Whether a request was sent. */
  boolean asked() {
    return asked;
  }
}
