package dev.drover.engine.crypto;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keys as files of one directory, made on first use. Processes that share the directory share the
 * keys, also when they start at the same moment.
 */
public final class FileKeyProvider implements KeyProvider {
  private static final String KEY = ".key";
  private static final String PEM = ".pem";
  private static final String RETIRED = ".retired-";
  private static final String OLD = ".old-";
  private static final Pattern KID = Pattern.compile("[A-Za-z0-9_-]{20,64}");
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

  private final Path dir;
  private final KeyFiles files;
  private final SecureRandom random;

  /** Keys of this directory, which is made with mode 0700 when absent. */
  public FileKeyProvider(Path dir) {
    this.dir = dir;
    this.files = new KeyFiles(dir);
    this.random = new SecureRandom();
  }

  @Override
  public KeyPair signing(String name) {
    Path file = file(name, PEM);
    return pair(file, files.load(file, () -> KeyText.of("", PrivateKeys.generate())));
  }

  private static KeyPair pair(Path file, String text) {
    try {
      return KeyText.pair(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("Key file " + file + ": " + e.getMessage(), e);
    }
  }

  /** Former keys lie beside the present one as {@code <name>.pem.old-<time>-<kid>}. */
  @Override
  public List<KeyPair> olderSigning(String name) {
    return files.startingWith(file(name, PEM).getFileName() + OLD).stream()
        .sorted(Comparator.comparing(Path::toString).reversed())
        .map(file -> pair(file, files.load(file, this::newSecret)))
        .toList();
  }

  /**
   * A retired key leaves the file {@code <name>.pem.retired-<kid>}, which holds at most which
   * operation had made the key.
   */
  @Override
  public Set<String> retiredSigning(String name) {
    String prefix = file(name, PEM).getFileName() + RETIRED;
    return files.startingWith(prefix).stream()
        .map(file -> file.getFileName().toString().substring(prefix.length()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The new key's file begins with the operation and the former key's {@code kid}. */
  @Override
  public Rotation rotateSigning(String name, Optional<String> operation) {
    Path file = file(name, PEM);
    signing(name);
    try {
      return files.alone(
          file,
          () -> {
            Optional<Rotation> done = operation.flatMap(id -> rotated(file, id));
            return done.isPresent() ? done.get() : rotate(name, file, operation);
          });
    } catch (IOException e) {
      throw new IllegalStateException("Cannot change key file " + file, e);
    }
  }

  private Rotation rotate(String name, Path file, Optional<String> operation) throws IOException {
    String former = kid(signing(name));
    String since = String.format("%015d", Files.getLastModifiedTime(file).toMillis());
    KeyPair made = PrivateKeys.generate();
    String madeBy = operation.map(id -> new KeyOrigin(id, former).text()).orElse("");
    files.replace(
        file,
        files.file(file.getFileName() + OLD + since + "-" + former),
        KeyText.of(madeBy, made));
    return new Rotation(kid(made), former);
  }

  /** The key that an operation has made, whatever became of that key since. */
  private Optional<Rotation> rotated(Path file, String operation) {
    String retired = file.getFileName() + RETIRED;
    return Stream.of(
            List.of(file),
            files.startingWith(file.getFileName() + OLD),
            files.startingWith(retired))
        .flatMap(List::stream)
        .flatMap(path -> madeBy(path, operation, retired).stream())
        .findFirst();
  }

  private Optional<Rotation> madeBy(Path path, String operation, String retired) {
    String text = files.load(path, () -> "");
    String name = path.getFileName().toString();
    return KeyOrigin.of(text)
        .filter(origin -> origin.operation().equals(operation))
        .map(
            origin ->
                new Rotation(
                    name.startsWith(retired)
                        ? name.substring(retired.length())
                        : kid(pair(path, text)),
                    origin.former()));
  }

  private static String kid(KeyPair pair) {
    return Jwks.kid((ECPublicKey) pair.getPublic());
  }

  @Override
  public boolean retireSigning(String name, String keyId) {
    Path file = file(name, PEM);
    if (!KID.matcher(keyId).matches() || !Files.isDirectory(dir)) {
      return false;
    }
    try {
      return files.alone(file, () -> retire(file, keyId));
    } catch (IOException e) {
      throw new IllegalStateException("Cannot delete the former key " + keyId, e);
    }
  }

  private boolean retire(Path file, String keyId) throws IOException {
    List<Path> found =
        files.startingWith(file.getFileName() + OLD).stream()
            .filter(old -> old.getFileName().toString().endsWith("-" + keyId))
            .toList();
    if (!found.isEmpty()) {
      // Noted first: after a kill the key is refused, whether its file is still there or not.
      files.create(
          files.file(file.getFileName() + RETIRED + keyId),
          KeyOrigin.of(files.load(found.get(0), () -> "")).map(KeyOrigin::text).orElse(""));
    }
    files.delete(found);
    return !found.isEmpty();
  }

  @Override
  public byte[] secret(String name) {
    Path file = file(name, KEY);
    return secret(file, files.load(file, this::newSecret));
  }

  private static byte[] secret(Path file, String text) {
    try {
      return KeyText.secret(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("Key file " + file + " " + e.getMessage(), e);
    }
  }

  /** Former values lie beside the present one as {@code <name>.key.old-<random>}. */
  @Override
  public List<byte[]> olderSecrets(String name) {
    return older(name).stream()
        .map(file -> secret(file, files.load(file, this::newSecret)))
        .toList();
  }

  @Override
  public byte[] rotate(String name) {
    Path file = file(name, KEY);
    secret(name);
    try {
      files.replace(file, files.file(file.getFileName() + OLD + UUID.randomUUID()), newSecret());
      return secret(name);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot change key file " + file, e);
    }
  }

  @Override
  public void forgetOlder(String name) {
    try {
      List<Path> old = new ArrayList<>(older(name));
      // A kill while a new key was written leaves it under a name that nobody looks for.
      old.addAll(files.startingWith(KeyFiles.unfinished(file(name, KEY))));
      files.delete(old);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot delete the former keys of " + name, e);
    }
  }

  private List<Path> older(String name) {
    return files.startingWith(file(name, KEY).getFileName() + OLD);
  }

  private String newSecret() {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return KeyText.of(secret);
  }

  private Path file(String name, String suffix) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("Not a key name: " + name);
    }
    return files.file(name + suffix);
  }
}
