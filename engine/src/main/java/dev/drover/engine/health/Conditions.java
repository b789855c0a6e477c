package dev.drover.engine.health;

import dev.drover.proto.Plain;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The problems of a process. Whoever does the work tells here how it went: a failure begins a
 * problem or gives it a newer cause, the next success ends it. A beginning and an end are one log
 * line each, however often the work is tried between them. A check that several parts feed is sound
 * when all of them are.
 */
public final class Conditions {
  private static final Logger LOG = LoggerFactory.getLogger(Conditions.class);

  private final Clock clock;
  private final Map<String, Problem> problems = new TreeMap<>();

  /** Nothing is known to be wrong. */
  public Conditions(Clock clock) {
    this.clock = clock;
  }

  /**
   * A part failed.
   *
   * @param part who says so, a name of its own below the check, such as {@code relay-events}
   * @param check the check of {@code /health} that it belongs to
   * @param why what went wrong; what it says of Java is left out
   * @param remedy what to do about it
   */
  public synchronized void fails(
      String part, String check, Severity severity, String why, String remedy) {
    String cause = Plain.words(why);
    Problem known = problems.get(part);
    if (known == null) {
      LOG.atWarn()
          .addKeyValue("event", "problem_began")
          .log("{}: {}: {}; {}", check, part, cause, remedy);
    }
    problems.put(
        part,
        new Problem(
            check, severity, cause, known == null ? clock.instant() : known.since(), remedy));
  }

  /** A part did its work. */
  public synchronized void well(String part) {
    Problem known = problems.remove(part);
    if (known != null) {
      LOG.atInfo()
          .addKeyValue("event", "problem_ended")
          .log("{}: {} works again, after: {}", known.check(), part, known.cause());
    }
  }

  /** What is wrong now, in the order of the parts' names. */
  public synchronized List<Problem> problems() {
    return List.copyOf(problems.values());
  }

  /** The worst that is known of a check; nothing when it is sound. */
  public synchronized Optional<Severity> worst(String check) {
    return problems.values().stream()
        .filter(problem -> problem.check().equals(check))
        .map(Problem::severity)
        .max(Severity::compareTo);
  }
}
