package dev.drover.orchestrator.central;

import java.time.Duration;
import java.util.Optional;

/** A request to central that did not succeed. Nothing of the answer was used. */
public abstract sealed class CentralException extends IllegalStateException
    permits CentralAwayException, CentralAnswerException, CentralPendingException {
  private static final long serialVersionUID = 1L;

  private final Duration pause;

  /**
   * What happened.
   *
   * @param pause how long central asked to wait; null when it did not
   */
  CentralException(String message, Duration pause, Throwable cause) {
    super(message, cause);
    this.pause = pause;
  }

  /** How long central asked to wait before the next request, within the mall's own bound. */
  public Optional<Duration> pause() {
    return Optional.ofNullable(pause);
  }
}
