package dev.drover.central.entity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.outbox.OutboxSource.Entry;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Order, number and the duty to tell the mall are one step, also under races and repetitions. */
class EntityStoreTest {
  @TempDir static Path directory;
  private static EmbeddedMongo server;
  private static MongoClient client;

  private MongoDatabase database;
  private EntityStore store;
  private EntityOutbox outbox;

  @BeforeAll
  static void start() {
    server = new EmbeddedMongo(new MongoConfig(directory, 0, false)).start();
    client = MongoClients.create(server.url());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @BeforeEach
  void emptyDatabase() {
    database = client.getDatabase("entities");
    database.drop();
    store = new EntityStore(database, Clock.systemUTC());
    outbox = newOutbox();
    store.create("mall", "{\"id\":\"mall\"}");
  }

  private EntityOutbox newOutbox() {
    return new EntityOutbox(database, store, Duration.ZERO, Clock.systemUTC());
  }

  private long write(String entityId, List<Edit> edits) {
    List<Change> changes = store.write(entityId, edits);
    return changes.get(changes.size() - 1).seq();
  }

  private static Edit edit(String id, Edit.Kind kind, String json) {
    return new Edit(new ItemRef("mall", "areas", id), kind, json);
  }

  private static void refused(Runnable call, ErrorCode code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void editsMeetWhatIsThere() {
    assertThat(write("mall", List.of(edit("a", Edit.Kind.CREATE, "{\"v\":1}")))).isEqualTo(1);
    refused(
        () -> write("mall", List.of(edit("a", Edit.Kind.CREATE, "{}"))), ErrorCode.ALREADY_EXISTS);
    refused(() -> write("mall", List.of(edit("b", Edit.Kind.UPDATE, "{}"))), ErrorCode.NOT_FOUND);
    refused(() -> write("mall", List.of(edit("b", Edit.Kind.DELETE, null))), ErrorCode.NOT_FOUND);
    refused(
        () -> write("nowhere", List.of(edit("a", Edit.Kind.CREATE, "{}"))),
        ErrorCode.ENTITY_NOT_FOUND);
    assertThat(store.read(new ItemRef("mall", "areas", "a"))).contains("{\"v\":1}");
    outbox.done(outbox.claim(10));
    assertThat(write("mall", List.of(edit("a", Edit.Kind.DELETE, null)))).isEqualTo(2);
    assertThat(store.read(new ItemRef("mall", "areas", "a"))).isEmpty();
    assertThat(store.list("mall", "areas", 0, 10)).isEmpty();
    assertThat(write("mall", List.of(edit("a", Edit.Kind.CREATE, "{\"v\":2}")))).isEqualTo(3);
    assertThat(store.list("mall", "areas", 0, 10)).containsExactly("{\"v\":2}");
  }

  @Test
  void aRefusedEditLeavesTheWholeBatchUndone() {
    refused(
        () ->
            write(
                "mall",
                List.of(
                    edit("a", Edit.Kind.CREATE, "{}"), edit("missing", Edit.Kind.UPDATE, "{}"))),
        ErrorCode.NOT_FOUND);
    assertThat(store.read(new ItemRef("mall", "areas", "a"))).isEmpty();
    assertThat(outbox.claim(10)).isEmpty();
  }

  @Test
  void racingWritersGetEveryNumberOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(6);
    List<Future<Long>> numbers = new ArrayList<>();
    try {
      for (int i = 0; i < 120; i++) {
        Edit edit = edit("id-" + i, Edit.Kind.CREATE, "{\"n\":" + i + "}");
        numbers.add(pool.submit(() -> write("mall", List.of(edit))));
      }
      List<Long> seen = new ArrayList<>();
      for (Future<Long> number : numbers) {
        seen.add(number.get());
      }
      assertThat(seen).doesNotHaveDuplicates().hasSize(120);
      assertThat(seen).allMatch(number -> number >= 1 && number <= 120);
    } finally {
      pool.shutdownNow();
    }
    assertThat(told()).hasSize(120);
  }

  @Test
  void anEventThatWasNotForgottenComesAgainUnchanged() {
    write("mall", List.of(edit("a", Edit.Kind.CREATE, "{\"v\":1}")));
    List<Entry> first = outbox.claim(10);
    assertThat(first).hasSize(1);
    // The publisher dies here; meanwhile somebody writes on.
    write("mall", List.of(edit("b", Edit.Kind.CREATE, "{\"v\":2}")));
    List<Entry> second =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> newOutbox().claim(10), l -> !l.isEmpty());
    assertThat(second).isEqualTo(first);
    outbox.done(second);
    List<Entry> next = outbox.claim(10);
    assertThat(next).hasSize(1);
    assertThat(ids(next.get(0))).containsExactly("b");
  }

  @Test
  void aBurstBecomesOneEventWithTheChecksumOfTheState() {
    for (int i = 0; i < 20; i++) {
      write("mall", List.of(edit("id-" + i, Edit.Kind.CREATE, "{\"n\":" + i + "}")));
    }
    write("mall", List.of(edit("id-3", Edit.Kind.DELETE, null)));
    List<Entry> entries = outbox.claim(10);
    assertThat(entries).hasSize(1);
    assertThat(ids(entries.get(0))).hasSize(20).endsWith("id-3");
    EntityDigest expected = new EntityDigest();
    for (int i = 0; i < 20; i++) {
      if (i != 3) {
        expected.set("areas", "id-" + i, Checksums.item("{\"n\":" + i + "}"));
      }
    }
    assertThat(data(entries.get(0)).path("checksum").asText()).isEqualTo(expected.global());
    outbox.done(entries);

    write("mall", List.of(edit("id-4", Edit.Kind.UPDATE, "{\"n\":44}")));
    expected.set("areas", "id-4", Checksums.item("{\"n\":44}"));
    assertThat(data(outbox.claim(10).get(0)).path("checksum").asText())
        .isEqualTo(expected.global());
  }

  private List<String> told() {
    List<String> ids = new ArrayList<>();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              List<Entry> entries = outbox.claim(10);
              entries.forEach(entry -> ids.addAll(ids(entry)));
              outbox.done(entries);
              return ids.size() >= 120;
            });
    return ids;
  }

  private static JsonNode data(Entry entry) {
    return Json.object(entry.body().toString().getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> ids(Entry entry) {
    List<String> ids = new ArrayList<>();
    data(entry).path("changes").path("areas").forEach(id -> ids.add(id.asText()));
    return ids;
  }
}
