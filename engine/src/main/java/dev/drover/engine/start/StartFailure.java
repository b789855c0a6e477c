package dev.drover.engine.start;

import dev.drover.engine.log.ProtocolLog;
import dev.drover.proto.Plain;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** Says why a process does not start, in one line of level FATAL and on its standard error. */
public final class StartFailure {
  private StartFailure() {}

  /**
   * Reports a failed start.
   *
   * @return the exit code: 2 for a wrong setting, 1 for everything else
   */
  public static int report(String process, Throwable failure) {
    String reason = reason(failure);
    LoggerFactory.getLogger("protocol")
        .atError()
        .addMarker(ProtocolLog.FATAL)
        .addKeyValue("event", "start_failed")
        .log("{} does not start: {}", process, reason);
    System.err.println(process + " does not start: " + reason);
    return refused(failure).map(StartRefused::exitCode).orElse(StartRefused.FAILED);
  }

  /** The refusal that a failure carries, if it is one. */
  public static Optional<StartRefused> refused(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof StartRefused refused) {
        return Optional.of(refused);
      }
    }
    return Optional.empty();
  }

  /** A refusal's own words; else what each cause adds, without the names of Java classes. */
  static String reason(Throwable failure) {
    Optional<StartRefused> refused = refused(failure);
    if (refused.isPresent()) {
      return Plain.words(refused.get().getMessage());
    }
    Set<String> words = new LinkedHashSet<>();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      // a wrapper repeats its cause
      if (message != null && (cause.getCause() == null || !repeats(message, cause.getCause()))) {
        words.add(message);
      }
    }
    return words.isEmpty()
        ? Plain.words(failure.toString())
        : Plain.words(String.join(": ", words));
  }

  private static boolean repeats(String message, Throwable cause) {
    return message.equals(cause.toString())
        || cause.getMessage() != null && message.contains(cause.getMessage());
  }
}
