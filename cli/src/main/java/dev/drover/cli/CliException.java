package dev.drover.cli;

/** A failure whose message is all that a person needs to know. */
final class CliException extends RuntimeException {

  /** Takes a message that says what failed and what to do about it. */
  CliException(String message) {
    super(message);
  }
}
