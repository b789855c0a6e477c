package dev.drover.cli;

import dev.drover.cli.words.CliException;
import dev.drover.engine.crypto.EnvironmentKeyProvider;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.stream.Stream;

/** Issues tokens with the key of a central on this machine. */
final class LocalTokens {
  private static final String KEY = "central-token";
  private static final String VARIABLE = "DROVER_KEY_CENTRAL_TOKEN";
  private static final Duration OPERATOR_LIFETIME = Duration.ofHours(1);

  private final TokenIssuer issuer;

  /**
   * Uses central's key in this directory, or the one in the environment.
   *
   * @throws CliException when there is none: a key that is made here would be a stranger to a
   *     central that has its own elsewhere
   */
  LocalTokens(Path keys) {
    this(keys, false);
  }

  /**
   * The same.
   *
   * @param make whether to make the key when there is none
   */
  LocalTokens(Path keys, boolean make) {
    KeyProvider provider = new EnvironmentKeyProvider(System.getenv(), new FileKeyProvider(keys));
    if (!make && System.getenv(VARIABLE) == null && !hasKey(keys)) {
      throw new CliException(
          "no central has made its key in "
              + keys
              + " yet; start it first, name its data directory with --data, or give a token");
    }
    this.issuer = new TokenIssuer(provider.signing(KEY), Clock.systemUTC());
  }

  /** Uses the key of a central's data directory; null for that of {@code ./drover up}. */
  static LocalTokens of(Path data) {
    return new LocalTokens(keys(data == null ? Home.directory().resolve(".drover/central") : data));
  }

  private static boolean hasKey(Path keys) {
    if (!Files.isDirectory(keys)) {
      return false;
    }
    try (Stream<Path> files = Files.list(keys)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(KEY));
    } catch (IOException e) {
      throw new CliException("cannot read " + keys);
    }
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

  /** Returns a token of the role admin for all entities. */
  String admin() {
    return issue(new Grant("drover-cli", Role.ADMIN, Grant.EVERY_ENTITY), OPERATOR_LIFETIME);
  }

  /** Returns a token of the role operator for an entity, or for all with {@code *}. */
  String operator(String entity) {
    return issue(new Grant("drover-cli", Role.OPERATOR, entity), OPERATOR_LIFETIME);
  }
}
