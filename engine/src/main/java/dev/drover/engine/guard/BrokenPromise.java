package dev.drover.engine.guard;

/** A flow is about to break what its contract promises; it ends here, before it does. */
public final class BrokenPromise extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what is missing. */
  BrokenPromise(String message) {
    super(message);
  }

  /** Whether a failure is one of these, or was caused by one. */
  public static boolean is(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BrokenPromise) {
        return true;
      }
    }
    return false;
  }
}
