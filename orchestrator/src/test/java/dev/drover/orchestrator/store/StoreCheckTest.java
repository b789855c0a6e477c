package dev.drover.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.start.KeptKeys;
import dev.drover.engine.start.StartRefused;
import dev.drover.orchestrator.database.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mall that finds its files damaged. */
class StoreCheckTest {
  @TempDir Path data;

  private void check() {
    new StoreCheck(data, new KeptKeys(data.resolve("keys"), Map.of())).run();
  }

  @BeforeEach
  void used() throws Exception {
    check();
    new Database(data.resolve("mall.db"), MallSchema.MIGRATIONS).close();
    Files.write(data.resolve("uplink.mark"), new byte[] {1});
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  private void refused(String file) {
    assertThatThrownBy(this::check)
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining(file)
        .hasMessageContaining("put ");
  }

  @Test
  void f9AKeyIsNeverReplacedBesideItsData() throws Exception {
    for (String name : List.of("orchestrator.pem", "mall-store.key")) {
      Path key = data.resolve("keys").resolve(name);
      byte[] whole = Files.readAllBytes(key);
      Files.write(key, new byte[0]);
      refused(name);
      Files.delete(key);
      refused(name);
      assertThat(key).doesNotExist();
      Files.write(key, whole);
      Files.setPosixFilePermissions(
          key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
      check();
    }
  }

  @Test
  void f9ADamagedStoreIsNamedAndALostOneIsRenewedOnlyWhenAsked() throws Exception {
    Path store = data.resolve("mall.db");
    byte[] bytes = Files.readAllBytes(store);
    java.util.Arrays.fill(bytes, 0, 100, (byte) 7);
    Files.write(store, bytes);
    refused("mall.db");
    Files.write(store, new byte[0]);
    refused("mall.db");
    Files.delete(store);
    refused("mall.db");
    Files.createFile(data.resolve(StoreCheck.RENEW));
    check();
    refused("mall.db");
  }

  @Test
  void f9ADamagedKeyThatIsACopyIsSetAsideAndMadeAnew() throws Exception {
    for (String name : List.of("beacon-nonces", "mqtt-internal")) {
      FileKeyProvider keys = new FileKeyProvider(data.resolve("keys"));
      keys.secret(name);
      Path file = data.resolve("keys").resolve(name + ".key");
      for (byte[] noise : List.of(new byte[0], new byte[] {-1, -2}, "short".getBytes("UTF-8"))) {
        Files.write(file, noise);
        check();
        assertThat(file).doesNotExist();
        assertThat(file.resolveSibling(name + ".key.damaged")).hasBinaryContent(noise);
        assertThat(keys.secret(name)).hasSize(32);
      }
    }
  }
}
