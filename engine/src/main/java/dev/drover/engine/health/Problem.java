package dev.drover.engine.health;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

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
  /** Writes it as a member of {@code problems}. */
  public void write(ObjectNode target) {
    target.put("check", check).put("cause", cause);
    target.put("since", since.truncatedTo(ChronoUnit.MILLIS).toString());
    target.put("remedy", remedy);
  }
}
