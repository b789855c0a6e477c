package dev.drover.orchestrator.central;

import java.time.Duration;

/** Central has the request, and a person there is yet to decide: the same request comes again. */
public final class CentralPendingException extends CentralException {
  private static final long serialVersionUID = 1L;

  /**
   * Not decided yet.
   *
   * @param pause how long central asked to wait; null when it did not
   */
  public CentralPendingException(String message, Duration pause) {
    super(message, pause, null);
  }
}
