package dev.drover.cli.words;

/** A failure whose message is all that a person needs to know. */
public final class CliException extends RuntimeException {

  /** Takes a message that says what failed and what to do about it. */
  public CliException(String message) {
    super(message);
  }
}
