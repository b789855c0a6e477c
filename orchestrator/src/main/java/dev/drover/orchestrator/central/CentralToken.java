package dev.drover.orchestrator.central;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;

/**
 * What central gave the mall to speak with it.
 *
 * @param value the bearer token
 * @param expiresAt when it ends, in Unix seconds
 * @param assignedId the id that central chose for this orchestrator
 */
public record CentralToken(
    @JsonProperty("token") String value,
    @JsonProperty("expires_at") long expiresAt,
    @JsonProperty("assigned_id") String assignedId) {
  /** Whether less than this is left of it. */
  public boolean endsWithin(Duration span, Instant now) {
    return !now.plus(span).isBefore(Instant.ofEpochSecond(expiresAt));
  }

  /** How much is left of it; negative when it ended. */
  Duration left(Instant now) {
    return Duration.between(now, Instant.ofEpochSecond(expiresAt));
  }

  /** Leaves the token itself out, so that it does not reach a log. */
  @Override
  public String toString() {
    return "CentralToken[" + assignedId + " until " + Instant.ofEpochSecond(expiresAt) + "]";
  }
}
