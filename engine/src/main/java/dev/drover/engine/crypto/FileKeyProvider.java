package dev.drover.engine.crypto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Keys as files of one directory, made on first use. Processes that share the directory share the
 * keys, also when they start at the same moment.
 */
public final class FileKeyProvider implements KeyProvider {
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
    Path file = file(name, ".pem");
    String pem =
        load(file, () -> PrivateKeys.toPem((ECPrivateKey) PrivateKeys.generate().getPrivate()));
    try {
      return PrivateKeys.parse(pem);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("Key file " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public byte[] secret(String name) {
    Path file = file(name, ".key");
    String text = load(file, this::newSecret);
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
    Files.createDirectories(dir, mode("rwx------"));
    Path temporary = dir.resolve("." + file.getFileName() + "." + UUID.randomUUID());
    try {
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
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      // Another process was first; its key counts.
      return;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
