package dev.drover.engine.start;

/** A start that was refused before anything was started; the message is all that people need. */
public final class StartRefused extends RuntimeException {
  /** The exit code when a setting is wrong: starting again would not help. */
  public static final int WRONG_SETTING = 2;

  /** The exit code of every other failure: starting again may help. */
  public static final int FAILED = 1;

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /** Refuses with a message for people and the code with which the process ends. */
  public StartRefused(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The code with which the process ends. */
  public int exitCode() {
    return exitCode;
  }
}
