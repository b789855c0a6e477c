package dev.drover.cli;

import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** Issues tokens with the key of a central on this machine. */
final class LocalTokens {
  private static final String KEY = "central-token";
  private static final Duration OPERATOR_LIFETIME = Duration.ofHours(1);

  private final TokenIssuer issuer;

  /** Uses the key in this directory; one is made when central has not made one yet. */
  LocalTokens(Path keys) {
    this.issuer = new TokenIssuer(new FileKeyProvider(keys).signing(KEY), Clock.systemUTC());
  }

  /** Returns the directory of keys that belongs to a central's data directory. */
  static Path keys(Path data) {
    String given = System.getenv("DROVER_KEYS");
    return given == null || given.isBlank() ? data.resolve("keys") : Path.of(given);
  }

  /** Returns a token with the given claims. */
  String issue(Grant grant, Duration lifetime) {
    return issuer.issue(grant, lifetime).value();
  }

  /** Returns a token of the role operator for an entity, or for all with {@code *}. */
  String operator(String entity) {
    return issue(new Grant("drover-cli", Role.OPERATOR, entity), OPERATOR_LIFETIME);
  }
}
