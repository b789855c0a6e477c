package dev.drover.engine.start;

import dev.drover.engine.crypto.EnvironmentKeyProvider;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.KeyProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The keys of a process at its start: made together when it is new, and never replaced beside data
 * that belong to them.
 */
public final class KeptKeys {
  private final Path directory;
  private final Map<String, String> environment;
  private final KeyProvider keys;

  /** The keys of this directory, unless the environment gives them. */
  public KeptKeys(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = Map.copyOf(environment);
    this.keys = new EnvironmentKeyProvider(environment, new FileKeyProvider(directory));
  }

  /**
   * Reads these keys. Without data, those that are missing are made.
   *
   * @param beside the data that belong to them, for people; null when there are none
   * @throws StartRefused when one is damaged, or is missing beside data
   */
  public void check(List<String> signing, List<String> secrets, String beside) {
    signing.forEach(name -> check(name, ".pem", beside, () -> keys.signing(name)));
    secrets.forEach(name -> check(name, ".key", beside, () -> keys.secret(name)));
  }

  private void check(String name, String suffix, String beside, Runnable read) {
    Path file = directory.resolve(name + suffix);
    String variable = "DROVER_KEY_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    if (beside != null && !Files.exists(file) && environment.getOrDefault(variable, "").isBlank()) {
      throw new StartRefused(
          StartRefused.FAILED,
          file
              + " is missing beside "
              + beside
              + ", and is not replaced: put it back from a backup, or give it as "
              + variable
              + "; to begin as new, move the whole data directory away");
    }
    try {
      read.run();
    } catch (RuntimeException e) {
      throw new StartRefused(
          StartRefused.FAILED,
          StartFailure.reason(e)
              + "; it is not replaced: put "
              + file
              + " back from a backup, or give it as "
              + variable);
    }
  }
}
