package dev.drover.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of keys with turned bits, zeros, or a part of them only: the key is the one that was
 * written, or it is refused with the file's name. Never is it another one without a word.
 */
class DamagedKeysTest {
  private static final Logger LOG = LoggerFactory.getLogger(DamagedKeysTest.class);
  private static final int DAMAGES = 500;
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());

  @TempDir Path directory;
  private final Random random = new Random(SEED);
  private int same;

  private void damage(Path file, Function<KeyProvider, String> read) throws Exception {
    byte[] whole = Files.readAllBytes(file);
    String key = read.apply(new FileKeyProvider(directory));
    same = 0;
    for (int n = 0; n < DAMAGES; n++) {
      byte[] damaged = damaged(whole);
      Files.write(file, damaged);
      String found;
      try {
        found = read.apply(new FileKeyProvider(directory));
      } catch (IllegalStateException e) {
        assertThat(e.getMessage()).as("seed " + SEED).contains(file.toString());
        continue;
      }
      assertThat(found)
          .as("seed %d, damage %d: %s", SEED, n, HexFormat.of().formatHex(damaged))
          .isEqualTo(key);
      same++;
    }
    Files.write(file, whole);
    assertThat(read.apply(new FileKeyProvider(directory))).isEqualTo(key);
    LOG.info("{}: {} damages, {} times the same key, else refused", file, DAMAGES, same);
    assertThat(same).as("refused").isLessThan(DAMAGES / 2);
  }

  private byte[] damaged(byte[] whole) {
    byte[] bytes = whole.clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(4)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        for (int bits = 1 + random.nextInt(20); bits > 0; bits--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 2 ->
          Arrays.fill(
              bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(bytes.length)), (byte) 0);
      default -> bytes = Arrays.copyOf(bytes, at);
    }
    return bytes;
  }

  private static String kid(KeyProvider keys) {
    return Jwks.kid(
        (java.security.interfaces.ECPublicKey) keys.signing("orchestrator").getPublic());
  }

  @Test
  void f9ADamagedSigningKeyIsRefusedAndNeverAnother() throws Exception {
    kid(new FileKeyProvider(directory));
    damage(directory.resolve("orchestrator.pem"), DamagedKeysTest::kid);
  }

  @Test
  void f9ADamagedSigningKeyThatWasRotatedIsRefusedAndNeverAnother() throws Exception {
    KeyProvider keys = new FileKeyProvider(directory);
    keys.rotateSigning("orchestrator", Optional.of("4f1c-1"));
    damage(directory.resolve("orchestrator.pem"), DamagedKeysTest::kid);
    try (var files = Files.list(directory)) {
      Path former = files.filter(file -> file.toString().contains(".old-")).findFirst().get();
      damage(
          former,
          all ->
              Jwks.kid(
                  (java.security.interfaces.ECPublicKey)
                      all.olderSigning("orchestrator").get(0).getPublic()));
    }
  }

  @Test
  void f9ADamagedSecretIsRefusedAndNeverAnother() throws Exception {
    new FileKeyProvider(directory).secret("mall-store");
    damage(
        directory.resolve("mall-store.key"),
        keys -> HexFormat.of().formatHex(keys.secret("mall-store")));
  }

  @Test
  void aFileOfAnEarlierVersionHasNoCheckAndIsTaken() throws Exception {
    var pair = PrivateKeys.generate();
    Path pem = directory.resolve("orchestrator.pem");
    Files.writeString(
        pem,
        "Operation: a-1\nFormer: b_2\n"
            + PrivateKeys.toPem((java.security.interfaces.ECPrivateKey) pair.getPrivate()));
    Path secret = directory.resolve("mall-store.key");
    Files.writeString(secret, java.util.Base64.getEncoder().encodeToString(new byte[32]) + "\n");
    for (Path file : new Path[] {pem, secret}) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    KeyProvider keys = new FileKeyProvider(directory);
    assertThat(keys.signing("orchestrator").getPublic()).isEqualTo(pair.getPublic());
    assertThat(keys.secret("mall-store")).isEqualTo(new byte[32]);
  }

  @Test
  void theTextOfAFileIsAValueOfTheEnvironmentToo() throws Exception {
    KeyProvider files = new FileKeyProvider(directory);
    byte[] secret = files.secret("mall-store");
    String kid = kid(files);
    KeyProvider keys =
        new EnvironmentKeyProvider(
            java.util.Map.of(
                "DROVER_KEY_MALL_STORE",
                Files.readString(directory.resolve("mall-store.key")),
                "DROVER_KEY_ORCHESTRATOR",
                Files.readString(directory.resolve("orchestrator.pem"))),
            null);
    assertThat(keys.secret("mall-store")).isEqualTo(secret);
    assertThat(kid(keys)).isEqualTo(kid);
  }
}
