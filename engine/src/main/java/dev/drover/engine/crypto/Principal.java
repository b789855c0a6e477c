package dev.drover.engine.crypto;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The verified caller.
 *
 * @param grant what its token says
 * @param expiresAt when the token ends
 * @param jti the token's id
 * @param keyId the {@code kid} of the key that signed it; empty without a token
 */
public record Principal(Grant grant, Instant expiresAt, String jti, String keyId) {
  /** Somebody who has proven to be this without a token of a key. */
  public Principal(Grant grant, Instant expiresAt, String jti) {
    this(grant, expiresAt, jti, "");
  }

  /** Checks that nothing is missing. */
  public Principal {
    Objects.requireNonNull(grant, "grant");
    Objects.requireNonNull(expiresAt, "expiresAt");
    Objects.requireNonNull(jti, "jti");
    Objects.requireNonNull(keyId, "keyId");
  }

  /** Who holds the token. */
  public String subject() {
    return grant.subject();
  }

  /** What the holder is. */
  public Role role() {
    return grant.role();
  }

  /** The entity of the token, or {@code *}. */
  public String entityId() {
    return grant.entityId();
  }

  /** The orchestrator that the token is bound to, where that applies. */
  public Optional<String> orchestratorId() {
    return grant.orchestratorId();
  }

  /** Whether the token covers an entity. */
  public boolean covers(String entity) {
    return entityId().equals(Grant.EVERY_ENTITY) || entityId().equals(entity);
  }
}
