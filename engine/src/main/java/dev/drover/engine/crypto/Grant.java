package dev.drover.engine.crypto;

import java.util.Objects;
import java.util.Optional;

/**
 * What a token says about its holder.
 *
 * @param subject who holds it
 * @param role what the holder is
 * @param entityId the one entity it is for, or {@link #EVERY_ENTITY}
 * @param orchestratorId the orchestrator it is bound to, where that applies
 * @param generation how often the orchestrator was revoked before it got this token
 */
public record Grant(
    String subject, Role role, String entityId, Optional<String> orchestratorId, int generation) {
  /** The entity claim of those who may act for all entities. */
  public static final String EVERY_ENTITY = "*";

  /** Checks that nothing is missing and that a device is bound to one entity. */
  public Grant {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(orchestratorId, "orchestratorId");
    if (subject == null || subject.isBlank() || entityId == null || entityId.isBlank()) {
      throw new IllegalArgumentException("A token needs a subject and an entity");
    }
    if (role.boundToOneEntity() && entityId.equals(EVERY_ENTITY)) {
      throw new IllegalArgumentException("A token of role " + role.wire() + " needs one entity");
    }
  }

  /** A grant of who was never revoked. */
  public Grant(String subject, Role role, String entityId, Optional<String> orchestratorId) {
    this(subject, role, entityId, orchestratorId, 0);
  }

  /** A grant that is bound to no orchestrator. */
  public Grant(String subject, Role role, String entityId) {
    this(subject, role, entityId, Optional.empty());
  }
}
