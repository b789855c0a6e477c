package dev.drover.engine.health;

import dev.drover.proto.navign.HealthProblem;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * A promise that is broken now.
 *
 * @param check the check of {@code /health} that it belongs to
 * @param severity how bad it is
 * @param cause what went wrong last, for people
 * @param since when this process noticed it first
 * @param remedy what to do; that it mends itself, when it does
 */
public record Problem(String check, Severity severity, String cause, Instant since, String remedy) {
  /** The {@code problems} of a health answer; nothing when there are none. */
  public static List<HealthProblem> told(List<Problem> problems) {
    return problems.isEmpty() ? null : problems.stream().map(Problem::wire).toList();
  }

  private HealthProblem wire() {
    return new HealthProblem(check, cause, since.truncatedTo(ChronoUnit.MILLIS), remedy);
  }
}
