package dev.drover.orchestrator.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.crypto.EnvironmentKeyProvider;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.beacon.BeaconCommands;
import dev.drover.orchestrator.beacon.BeaconStore;
import dev.drover.orchestrator.beacon.KeptAccessLogs;
import dev.drover.orchestrator.cache.CachedChange;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.cache.Replacement;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedTable;
import dev.drover.orchestrator.store.Effect;
import dev.drover.orchestrator.store.EventStatus;
import dev.drover.orchestrator.store.MallEvent;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new key for all records, while the mall works and when it is killed. */
class RekeyTest {
  private static final String KEY = "mall-store";

  @TempDir private Path data;

  /** The parts of a mall that seal. */
  private static final class Mall implements AutoCloseable {
    final Sealer sealer;
    final MallStore store;
    final EntityCache cache;
    final Rekey rekey;

    Mall(KeyProvider keys, Path data) {
      sealer = Rekey.sealer(keys, KEY);
      store = new MallStore(data.resolve("mall.db"), sealer, Clock.systemUTC());
      cache = new EntityCache(data.resolve("cache.db"), "mall", sealer, Clock.systemUTC());
      rekey = new Rekey(keys, KEY, sealer, List.of(store, cache), Clock.systemUTC());
    }

    void fill(int items) {
      store.settings().set(Map.of("token", Optional.of("secret")));
      for (int i = 0; i < 30; i++) {
        MallEvent event = new MallEvent("evt-" + i, "task_create", "{\"n\":" + i + "}", "k" + i);
        store
            .events()
            .commit(
                event,
                EventStatus.APPLIED,
                null,
                List.of(
                    new Effect.WorkReceived(),
                    new Effect.Parked("why"),
                    new Effect.ConfigStored("type-" + i, 1, "{\"c\":" + i + "}")));
      }
      try (Replacement all = cache.replace()) {
        for (int i = 0; i < items; i++) {
          all.add("areas", "id-" + i, "{\"n\":" + i + "}");
        }
        all.commit("1", null);
      }
    }

    void run() {
      while (!rekey.claim(1).isEmpty()) {
        if (!rekey.sealBatch()) {
          rekey.retire();
        }
      }
    }

    String state() {
      return Json.tree(rekey.progress().getBytes(StandardCharsets.UTF_8)).path("state").asText();
    }

    long foreign() {
      return tables().stream().mapToLong(table -> table.count(sealer)).sum();
    }

    List<SealedTable> tables() {
      List<SealedTable> tables = new ArrayList<>(store.sealedTables());
      tables.addAll(cache.sealedTables());
      return tables;
    }

    void readsEverything(int items) {
      assertThat(store.settings().get("token")).contains("secret");
      assertThat(store.events().config("type-7")).contains("{\"c\":7}");
      assertThat(cache.state().damagedBuckets()).isZero();
      assertThat(cache.list("areas", "", items + 1)).hasSize(items);
    }

    @Override
    public void close() {
      store.close();
      cache.close();
    }
  }

  private Path keys() {
    return data.resolve("keys");
  }

  private Mall mall() {
    return new Mall(new FileKeyProvider(keys()), data);
  }

  private List<String> keyFiles() throws IOException {
    try (var files = Files.list(keys())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void everyRecordGetsTheNewSealAndTheFormerKeyGoes() throws IOException {
    byte[] before = new FileKeyProvider(keys()).secret(KEY);
    try (Mall mall = mall()) {
      mall.fill(1200);
      assertThat(mall.state()).isEqualTo("idle");
      byte[] old = mall.sealer.seal("kind", "id", new byte[1]);
      mall.rekey.start();
      assertThat(mall.state()).isEqualTo("running");
      assertThat(keyFiles()).hasSize(2);
      mall.readsEverything(1200);
      mall.rekey.start();
      assertThat(keyFiles()).as("one change at a time").hasSize(2);
      assertThat(mall.rekey.sealBatch()).isTrue();
      mall.cache.apply(List.of(new CachedChange("areas", "id-5", "{\"n\":5}")), "2", null);
      mall.run();
      assertThat(mall.state()).isEqualTo("done");
      assertThat(keyFiles()).containsExactly("mall-store.key");
      assertThat(mall.foreign()).isZero();
      mall.readsEverything(1200);
      assertThatThrownBy(() -> mall.sealer.open("kind", "id", old))
          .isInstanceOf(SealBrokenException.class);
      var progress = Json.tree(mall.rekey.progress().getBytes(StandardCharsets.UTF_8));
      assertThat(progress.path("records_sealed").asInt())
          .isEqualTo(progress.path("records_total").asInt())
          .isGreaterThan(1300);
      assertThat(progress.path("records_broken").asInt()).isZero();
    }
    assertThat(new FileKeyProvider(keys()).secret(KEY)).isNotEqualTo(before);
    try (Mall mall = mall()) {
      assertThat(mall.state()).isEqualTo("idle");
      mall.readsEverything(1200);
    }
  }

  @Test
  void aRestartAfterAnyBatchGoesOn() {
    try (Mall mall = mall()) {
      mall.fill(1100);
      mall.rekey.start();
    }
    int restarts = 0;
    String state = "running";
    while (state.equals("running") && restarts < 20) {
      try (Mall mall = mall()) {
        assertThat(mall.state()).isEqualTo("running");
        mall.readsEverything(1100);
        long before = mall.foreign();
        for (int batch = 0; batch < 3 + restarts && mall.rekey.sealBatch(); batch++) {
          assertThat(mall.foreign()).isLessThanOrEqualTo(before);
        }
        if (mall.foreign() == 0) {
          mall.run();
        }
        state = mall.state();
        restarts++;
      }
    }
    assertThat(restarts).isGreaterThan(1);
    try (Mall mall = mall()) {
      assertThat(mall.foreign()).isZero();
      mall.readsEverything(1100);
    }
  }

  @Test
  void aRecordThatNothingOpensStopsNothing() {
    try (Mall mall = mall()) {
      mall.fill(10);
      mall.store
          .database()
          .update("UPDATE configs SET config = zeroblob(60) WHERE type = 'type-3'");
      mall.rekey.start();
      mall.run();
      assertThat(mall.rekey.progress()).contains("\"state\":\"done\"", "\"records_broken\":1");
      mall.readsEverything(10);
    }
  }

  @Test
  void aKeyOfTheEnvironmentIsChangedThere() {
    KeyProvider files = new FileKeyProvider(keys());
    String first = Base64.getEncoder().encodeToString(files.secret("first"));
    String second = Base64.getEncoder().encodeToString(files.secret("second"));
    String variable = "DROVER_KEY_MALL_STORE";
    try (Mall mall = new Mall(new EnvironmentKeyProvider(Map.of(variable, first), files), data)) {
      mall.fill(20);
      assertThatThrownBy(mall.rekey::start)
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining(variable + "_OLD")
          .hasMessageNotContaining(first);
      assertThat(mall.state()).isEqualTo("idle");
    }
    Map<String, String> both = Map.of(variable, second, variable + "_OLD", first);
    try (Mall mall = new Mall(new EnvironmentKeyProvider(both, files), data)) {
      assertThat(mall.state()).isEqualTo("running");
      mall.run();
    }
    try (Mall mall = new Mall(new EnvironmentKeyProvider(Map.of(variable, second), files), data)) {
      mall.readsEverything(20);
      assertThat(mall.foreign()).isZero();
    }
  }

  /** A column that is not named would be lost with the former key. */
  @Test
  void everyColumnOfSealedValuesIsNamed() {
    try (Mall mall = mall()) {
      Clock clock = Clock.systemUTC();
      Database database = mall.store.database();
      List<String> named =
          Stream.of(
                  mall.store,
                  mall.cache,
                  new UplinkStore(mall.store, 10_000_000, clock),
                  new BeaconStore(database, mall.sealer, clock),
                  new BeaconCommands(database, mall.sealer),
                  new KeptAccessLogs(database, mall.sealer))
              .flatMap(part -> part.sealedTables().stream())
              .map(table -> table.name() + "." + table.column())
              .toList();
      List<String> found = new ArrayList<>();
      String columns =
          "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE"
              + " t.type = 'table' AND c.type = 'BLOB'";
      found.addAll(database.query(row -> row.getString(1), columns));
      found.addAll(
          mall.cache
              .sealedTables()
              .get(0)
              .database()
              .transaction(open -> Database.query(open, row -> row.getString(1), columns)));
      assertThat(named).containsExactlyInAnyOrderElementsOf(found);
    }
  }

  /** Changes keys for ever. */
  public static final class Changer {
    private static final String STARTED = "started";

    /** Runs in a process of its own. */
    public static void main(String[] arguments) {
      Path data = Path.of(arguments[0]);
      try (Mall mall = new Mall(new FileKeyProvider(data.resolve("keys")), data)) {
        while (true) {
          mall.run();
          System.out.println(mall.sealer.keyId());
          mall.rekey.start();
          System.out.println(STARTED);
        }
      }
    }
  }

  private static void awaitLine(BufferedReader out, String form) throws IOException {
    String line = out.readLine();
    while (line != null && !line.matches(form)) {
      line = out.readLine();
    }
    assertThat(line).isNotNull();
  }

  @Test
  void killedAtAnyMomentNothingIsLost() throws Exception {
    try (Mall mall = mall()) {
      mall.fill(1500);
    }
    int interrupted = 0;
    for (int round = 0; round < 8; round++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Changer.class.getName(),
                  data.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (int change = 0; change < 2 + round; change++) {
          awaitLine(out, "[0-9a-f]{8}");
        }
        if (round % 2 == 1) {
          awaitLine(out, Changer.STARTED);
        }
        process.destroyForcibly().waitFor();
      }
      try (Mall mall = mall()) {
        interrupted += mall.state().equals("running") ? 1 : 0;
        mall.readsEverything(1500);
      }
    }
    assertThat(interrupted).isPositive();
    try (Mall mall = mall()) {
      mall.run();
      assertThat(mall.foreign()).isZero();
      assertThat(keyFiles()).containsExactly("mall-store.key");
      mall.readsEverything(1500);
    }
  }
}
