package dev.drover.engine.crypto;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Who a token speaks for; the rights of each role are in the contract, "Identity". */
public enum Role {
  /** A mall's server: its own entity. */
  ORCHESTRATOR(true),
  /** A beacon, at its mall only. */
  BEACON(true),
  /** A robot, at its mall only. */
  ROBOT(true),
  /** An app, at central only. */
  MOBILE(false),
  /** A person who runs one entity, or all of them. */
  OPERATOR(false),
  /** A person with every right. */
  ADMIN(false);

  private final boolean boundToOneEntity;

  Role(boolean boundToOneEntity) {
    this.boundToOneEntity = boundToOneEntity;
  }

  /** Whether a token of this role must name one entity, not {@code *}. */
  public boolean boundToOneEntity() {
    return boundToOneEntity;
  }

  /** Whether a person acts, who is named in the log as the one who did it. */
  public boolean person() {
    return this == MOBILE || this == OPERATOR || this == ADMIN;
  }

  /** The claim's value, in lower case. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of a claim's value; empty for anything else. */
  public static Optional<Role> of(String wire) {
    return Arrays.stream(values()).filter(role -> role.wire().equals(wire)).findFirst();
  }
}
