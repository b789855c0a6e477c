package dev.drover.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyProviderTest {
  @TempDir Path temp;

  @Test
  void keysAreMadeOnceAndClosedToOthers() throws Exception {
    Path dir = temp.resolve("keys");
    KeyPair signing = new FileKeyProvider(dir).signing("token");
    byte[] secret = new FileKeyProvider(dir).secret("at-rest");

    assertThat(new FileKeyProvider(dir).signing("token").getPublic())
        .isEqualTo(signing.getPublic());
    assertThat(new FileKeyProvider(dir).secret("at-rest")).isEqualTo(secret).hasSize(32);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir)))
        .isEqualTo("rwx------");
    try (var files = Files.list(dir)) {
      assertThat(files.toList())
          .hasSize(2)
          .allSatisfy(
              f ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(f)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void aKeyFileOpenToOthersIsRefusedWithTheRemedy() throws Exception {
    new FileKeyProvider(temp).signing("token");
    Path file = temp.resolve("token.pem");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> new FileKeyProvider(temp).signing("token"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("chmod 600 " + file);
  }

  @Test
  void thoseWhoStartAtOnceEndWithTheSameKey() throws Exception {
    for (int round = 0; round < 20; round++) {
      Path dir = temp.resolve("round-" + round);
      CyclicBarrier together = new CyclicBarrier(4);
      ExecutorService pool = Executors.newFixedThreadPool(4);
      List<Future<KeyPair>> made = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        made.add(
            pool.submit(
                () -> {
                  together.await();
                  return new FileKeyProvider(dir).signing("token");
                }));
      }
      Set<Object> keys = new HashSet<>();
      for (Future<KeyPair> m : made) {
        keys.add(m.get().getPublic());
      }
      pool.shutdown();
      assertThat(keys).hasSize(1);
      try (var files = Files.list(dir)) {
        assertThat(files).hasSize(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../token", "a/b", "Token", ".hidden"})
  void aNameIsNeverAPath(String name) {
    assertThatThrownBy(() -> new FileKeyProvider(temp).signing(name))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDamagedFileIsAClearError() throws Exception {
    Path file = temp.resolve("token.pem");
    Files.writeString(file, "oops");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> new FileKeyProvider(temp).signing("token"))
        .hasMessageContaining(file.toString());
  }

  @Test
  void aChangedSecretIsKeptBesideUntilItIsForgotten() throws Exception {
    KeyProvider keys = new FileKeyProvider(temp);
    byte[] first = keys.secret("at-rest");
    assertThat(keys.olderSecrets("at-rest")).isEmpty();
    byte[] second = keys.rotate("at-rest");
    assertThat(second).isNotEqualTo(first).isEqualTo(new FileKeyProvider(temp).secret("at-rest"));
    assertThat(keys.olderSecrets("at-rest")).containsExactly(first);
    byte[] third = keys.rotate("at-rest");
    assertThat(keys.olderSecrets("at-rest")).containsExactlyInAnyOrder(first, second);
    try (var files = Files.list(temp)) {
      assertThat(files.toList())
          .allSatisfy(
              f ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(f)))
                      .isEqualTo("rw-------"));
    }
    keys.forgetOlder("at-rest");
    assertThat(keys.olderSecrets("at-rest")).isEmpty();
    assertThat(keys.secret("at-rest")).isEqualTo(third);
  }

  @Test
  void b9ARotationThatIsRepeatedFindsTheKeyThatItHasMade() {
    KeyProvider keys = new FileKeyProvider(temp);
    String first = kid(keys.signing("token"));
    Optional<String> operation = Optional.of("4f1c-1");
    KeyProvider.Rotation made = keys.rotateSigning("token", operation);
    assertThat(made.formerKid()).isEqualTo(first);
    assertThat(made.kid()).isEqualTo(kid(new FileKeyProvider(temp).signing("token")));
    assertThat(keys.rotateSigning("token", operation)).isEqualTo(made);
    assertThat(keys.olderSigning("token")).hasSize(1);

    KeyProvider.Rotation next = keys.rotateSigning("token", Optional.empty());
    assertThat(next.formerKid()).isEqualTo(made.kid());
    assertThat(keys.rotateSigning("token", operation)).as("a former key").isEqualTo(made);
    assertThat(keys.retireSigning("token", made.kid())).isTrue();
    assertThat(keys.rotateSigning("token", operation)).as("a retired key").isEqualTo(made);
    assertThat(kid(keys.signing("token"))).isEqualTo(next.kid());
    assertThat(keys.olderSigning("token")).hasSize(1);
    assertThat(keys.retiredSigning("token")).containsExactly(made.kid());
  }

  private static String kid(KeyPair pair) {
    return Jwks.kid((ECPublicKey) pair.getPublic());
  }

  @Test
  void b6WhileOneProcessChangesKeysAnotherIsToldToWait() throws Exception {
    KeyProvider keys = new FileKeyProvider(temp);
    keys.signing("token");
    try (FileChannel other =
        FileChannel.open(
            temp.resolve(".token.pem.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(other.tryLock()).isNotNull();
      assertThatThrownBy(() -> keys.rotateSigning("token", Optional.empty()))
          .isInstanceOfSatisfying(
              ProtocolException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.REQUEST_IN_PROGRESS));
    }
    keys.rotateSigning("token", Optional.empty());
    assertThat(keys.olderSigning("token")).hasSize(1);
  }

  @Test
  void theEnvironmentComesFirst() {
    KeyPair key = PrivateKeys.generate();
    String pem = PrivateKeys.toPem(TestKeys.privateKey(key));
    byte[] secret = new byte[32];
    secret[0] = 7;
    KeyProvider files = new FileKeyProvider(temp);
    for (String value :
        List.of(
            pem,
            pem.replace("\n", "\\n"),
            Base64.getEncoder().encodeToString(pem.getBytes()),
            Base64.getEncoder().encodeToString(key.getPrivate().getEncoded()))) {
      assertThat(
              new EnvironmentKeyProvider(Map.of("DROVER_KEY_TOKEN_NEXT", value), files)
                  .signing("token-next")
                  .getPublic())
          .isEqualTo(key.getPublic());
    }
    KeyProvider provider =
        new EnvironmentKeyProvider(
            Map.of("DROVER_KEY_AT_REST", Base64.getEncoder().encodeToString(secret)), files);
    assertThat(provider.secret("at-rest")).isEqualTo(secret);
    assertThat(provider.secret("other")).isEqualTo(files.secret("other"));
    assertThat(provider.signing("other").getPublic()).isEqualTo(files.signing("other").getPublic());
  }

  @Test
  void aBadEnvironmentValueIsNamedButNotShown() {
    KeyProvider provider =
        new EnvironmentKeyProvider(
            Map.of("DROVER_KEY_TOKEN", "c2VjcmV0", "DROVER_KEY_REST", "c2VjcmV0"),
            new FileKeyProvider(temp));
    assertThatThrownBy(() -> provider.signing("token"))
        .hasMessageContaining("DROVER_KEY_TOKEN")
        .hasMessageNotContaining("c2VjcmV0");
    assertThatThrownBy(() -> provider.secret("rest"))
        .hasMessageContaining("DROVER_KEY_REST")
        .hasMessageNotContaining("c2VjcmV0");
  }
}
