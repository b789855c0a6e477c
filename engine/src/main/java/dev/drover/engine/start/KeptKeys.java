package dev.drover.engine.start;

import dev.drover.engine.crypto.EnvironmentKeyProvider;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.disk.Directories;
import dev.drover.proto.Plain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a process at its start: made together when it is new, and never replaced beside data
 * that belong to them.
 */
public final class KeptKeys {
  private static final Logger LOG = LoggerFactory.getLogger("protocol");

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

  /**
   * Sets damaged secrets aside that nothing depends on once the process has ended: others are made
   * when they are needed.
   */
  public void renew(List<String> secrets) {
    for (String name : secrets) {
      Path file = directory.resolve(name + ".key");
      if (!given(variable(name)) && Files.exists(file)) {
        try {
          keys.secret(name);
        } catch (IllegalStateException e) {
          setAside(file, e);
        }
      }
    }
  }

  private static void setAside(Path file, IllegalStateException why) {
    boolean damaged =
        why.getCause() instanceof IllegalArgumentException
            || why.getCause() instanceof CharacterCodingException;
    if (!damaged) {
      throw new StartRefused(StartRefused.FAILED, words(why));
    }
    Path aside = file.resolveSibling(file.getFileName() + ".damaged");
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      Directories.syncNameOf(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot set aside " + file, e);
    }
    LOG.atWarn()
        .addKeyValue("event", "key_renewed")
        .log("{}; it is set aside as {}, and another is made", words(why), aside);
  }

  /** The whole of it, with the name of the file that the cause alone may not have. */
  private static String words(RuntimeException why) {
    String reason = StartFailure.reason(why);
    String message = String.valueOf(why.getMessage());
    return message.contains(reason) ? Plain.words(message) : reason;
  }

  private boolean given(String variable) {
    return !environment.getOrDefault(variable, "").isBlank();
  }

  private static String variable(String name) {
    return "DROVER_KEY_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private void check(String name, String suffix, String beside, Runnable read) {
    Path file = directory.resolve(name + suffix);
    String variable = variable(name);
    if (beside != null && !Files.exists(file) && !given(variable)) {
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
          words(e)
              + "; it is not replaced: put "
              + file
              + " back from a backup, or give it as "
              + variable);
    }
  }
}
