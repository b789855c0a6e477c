package dev.drover.engine.crypto;

import dev.drover.engine.disk.Directories;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
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
  private static final Pattern KID = Pattern.compile("[A-Za-z0-9_-]{20,64}");
  private static final String OLD = ".old-";
  private static final Pattern MADE_BY =
      Pattern.compile("Operation: ([A-Za-z0-9-]+)\nFormer: ([A-Za-z0-9_-]+)\n");
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final Path dir;
  private final SecureRandom random;

  /** Keys of this directory, which is made with mode 0700 when absent. */
  public FileKeyProvider(Path dir) {
    this.dir = dir;
    this.random = new SecureRandom();
  }

  @Override
  public KeyPair signing(String name) {
    Path file = file(name, PEM);
    String pem =
        load(file, () -> PrivateKeys.toPem((ECPrivateKey) PrivateKeys.generate().getPrivate()));
    try {
      return PrivateKeys.parse(pem);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("Key file " + file + ": " + e.getMessage(), e);
    }
  }

  /** Former keys lie beside the present one as {@code <name>.pem.old-<time>-<kid>}. */
  @Override
  public List<KeyPair> olderSigning(String name) {
    return files(file(name, PEM).getFileName() + OLD).stream()
        .sorted(Comparator.comparing(Path::toString).reversed())
        .map(file -> PrivateKeys.parse(load(file, this::newSecret)))
        .toList();
  }

  /**
   * A retired key leaves the file {@code <name>.pem.retired-<kid>}, which holds at most which
   * operation had made the key.
   */
  @Override
  public Set<String> retiredSigning(String name) {
    String prefix = file(name, PEM).getFileName() + RETIRED;
    return files(prefix).stream()
        .map(file -> file.getFileName().toString().substring(prefix.length()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The new key's file begins with the operation and the former key's {@code kid}. */
  @Override
  public Rotation rotateSigning(String name, Optional<String> operation) {
    Path file = file(name, PEM);
    signing(name);
    try {
      return alone(
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
    // First the old key gets a second name, then the new one takes its place: none is ever lost.
    Path old = dir.resolve(file.getFileName() + OLD + since + "-" + former);
    if (!Files.exists(old)) {
      Files.createLink(old, file);
    }
    Directories.sync(dir);
    String madeBy =
        operation.map(id -> "Operation: " + id + "\nFormer: " + former + "\n").orElse("");
    KeyPair made = PrivateKeys.generate();
    Path fresh = write(file, madeBy + PrivateKeys.toPem((ECPrivateKey) made.getPrivate()));
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      Directories.sync(dir);
      return new Rotation(kid(made), former);
    } finally {
      discard(fresh);
    }
  }

  /** The key that an operation has made, whatever became of that key since. */
  private Optional<Rotation> rotated(Path file, String operation) {
    String retired = file.getFileName() + RETIRED;
    return Stream.of(List.of(file), files(file.getFileName() + OLD), files(retired))
        .flatMap(List::stream)
        .map(
            path -> {
              String text = load(path, () -> "");
              Matcher madeBy = MADE_BY.matcher(text);
              String name = path.getFileName().toString();
              return madeBy.lookingAt() && madeBy.group(1).equals(operation)
                  ? new Rotation(
                      name.startsWith(retired)
                          ? name.substring(retired.length())
                          : kid(PrivateKeys.parse(text)),
                      madeBy.group(2))
                  : null;
            })
        .filter(Objects::nonNull)
        .findFirst();
  }

  private static String kid(KeyPair pair) {
    return Jwks.kid((ECPublicKey) pair.getPublic());
  }

  /** Work on files. */
  private interface Work<T> {
    T run() throws IOException;
  }

  /**
   * One process at a time changes the keys of a name: of two that did so at once, one would lose
   * its key. Whoever dies lets go.
   */
  private <T> T alone(Path file, Work<T> work) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            dir.resolve("." + file.getFileName() + ".lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            mode("rw-------"))) {
      if (!locked(channel)) {
        throw new ProtocolException(
            ErrorCode.REQUEST_IN_PROGRESS,
            "Another process changes these keys at this moment",
            Map.of("retry_after_seconds", 1));
      }
      return work.run();
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Somebody else in this process has it.
      return false;
    }
  }

  @Override
  public boolean retireSigning(String name, String keyId) {
    Path file = file(name, PEM);
    if (!KID.matcher(keyId).matches() || !Files.isDirectory(dir)) {
      return false;
    }
    try {
      return alone(file, () -> retire(file, keyId));
    } catch (IOException e) {
      throw new IllegalStateException("Cannot delete the former key " + keyId, e);
    }
  }

  private boolean retire(Path file, String keyId) throws IOException {
    List<Path> found =
        files(file.getFileName() + OLD).stream()
            .filter(old -> old.getFileName().toString().endsWith("-" + keyId))
            .toList();
    if (!found.isEmpty()) {
      // Noted first: after a kill the key is refused, whether its file is still there or not.
      Path note = dir.resolve(file.getFileName() + RETIRED + keyId);
      if (!Files.exists(note)) {
        Matcher madeBy = MADE_BY.matcher(load(found.get(0), () -> ""));
        create(note, madeBy.lookingAt() ? madeBy.group() : "");
      }
      Directories.sync(dir);
    }
    for (Path old : found) {
      Files.delete(old);
    }
    Directories.sync(dir);
    return !found.isEmpty();
  }

  @Override
  public byte[] secret(String name) {
    Path file = file(name, KEY);
    return secret(file, load(file, this::newSecret));
  }

  private static byte[] secret(Path file, String text) {
    try {
      byte[] secret = Base64.getDecoder().decode(text.strip());
      if (secret.length == SECRET_BYTES) {
        return secret;
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the one message, which must not quote the file.
    }
    throw new IllegalStateException("Key file " + file + " does not hold 32 bytes in Base64");
  }

  /** Former values lie beside the present one as {@code <name>.key.old-<random>}. */
  @Override
  public List<byte[]> olderSecrets(String name) {
    return older(name).stream().map(file -> secret(file, load(file, this::newSecret))).toList();
  }

  @Override
  public byte[] rotate(String name) {
    Path file = file(name, KEY);
    secret(name);
    Path fresh = null;
    try {
      // First the old key gets a second name, then the new one takes its place: none is ever lost.
      Files.createLink(dir.resolve(file.getFileName() + OLD + UUID.randomUUID()), file);
      Directories.sync(dir);
      fresh = write(file, newSecret());
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      Directories.sync(dir);
      return secret(name);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot change key file " + file, e);
    } finally {
      discard(fresh);
    }
  }

  private static void discard(Path temporary) {
    try {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void forgetOlder(String name) {
    try {
      for (Path old : older(name)) {
        Files.delete(old);
      }
      // A kill while a new key was written leaves it under a name that nobody looks for.
      for (Path unfinished : files("." + file(name, KEY).getFileName() + ".")) {
        Files.delete(unfinished);
      }
      Directories.sync(dir);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot delete the former keys of " + name, e);
    }
  }

  private List<Path> older(String name) {
    return files(file(name, KEY).getFileName() + OLD);
  }

  private List<Path> files(String prefix) {
    if (!Files.isDirectory(dir)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(dir)) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
    } catch (IOException e) {
      throw new IllegalStateException("Cannot list the keys in " + dir, e);
    }
  }

  private String newSecret() {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return Base64.getEncoder().encodeToString(secret) + "\n";
  }

  private Path file(String name, String suffix) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("Not a key name: " + name);
    }
    return dir.resolve(name + suffix);
  }

  private String load(Path file, Supplier<String> fresh) {
    try {
      if (!Files.exists(file)) {
        create(file, fresh.get());
      }
      Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
      open.retainAll(Files.getPosixFilePermissions(file));
      if (!open.isEmpty()) {
        throw new IllegalStateException(
            "Key file " + file + " is open to other users (" + open + "); run: chmod 600 " + file);
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot use key file " + file, e);
    }
  }

  /**
   * A link never replaces: of two processes one wins, and both then read the winner's whole file.
   */
  private void create(Path file, String content) throws IOException {
    Directories.create(dir, mode("rwx------"));
    Path temporary = null;
    try {
      temporary = write(file, content);
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      // Another process was first; its key counts.
    } finally {
      discard(temporary);
    }
    // also of another's: what is sealed with a key must not outlive it
    Directories.sync(dir);
  }

  /** A whole file that only its owner can read, on disk, under a name that nobody looks for. */
  private Path write(Path file, String content) throws IOException {
    Path temporary = dir.resolve("." + file.getFileName() + "." + UUID.randomUUID());
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            mode("rw-------"))) {
      ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    return temporary;
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
