package dev.drover.orchestrator.central;

import java.time.Duration;

/**
 * Somebody answers in central's place, or central answers what no right central would: another kind
 * of content, too many bytes, members that the schema forbids, another mall's data, a redirect, a
 * refusal of what must not be refused.
 */
public final class CentralAnswerException extends CentralException {
  private static final long serialVersionUID = 1L;

  /** The answer is wrong, for this reason. */
  public CentralAnswerException(String message) {
    super(message, null, null);
  }

  /** The same, noticed by what failed. */
  public CentralAnswerException(String message, Throwable cause) {
    super(message, null, cause);
  }

  /**
   * The same, with a pause.
   *
   * @param pause how long the answer asked to wait; null when it did not
   */
  public CentralAnswerException(String message, Duration pause) {
    super(message, pause, null);
  }
}
