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
import dev.drover.engine.guard.Operation;
import dev.drover.engine.http.BodyStream;
import dev.drover.engine.outbox.OutboxSource.Entry;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.Document;
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

  @Test
  void f3EventsThatWereClaimedByAClockThatWasAheadAreTold() {
    write("mall", List.of(edit("a1", Edit.Kind.CREATE, "{\"id\":\"a1\"}")));
    Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofDays(8));
    assertThat(new EntityOutbox(database, store, Duration.ZERO, ahead).claim(10)).hasSize(1);
    assertThat(outbox.claim(10)).hasSize(1);
    // And a claim of now still holds.
    assertThat(newOutbox().claim(10)).isEmpty();
  }

  private long write(String entityId, List<Edit> edits) {
    List<Change> changes = store.writes().write(entityId, edits);
    return changes.get(changes.size() - 1).seq();
  }

  private static Edit edit(String id, Edit.Kind kind, String json) {
    return new Edit(new ItemRef("mall", "areas", id), kind, json);
  }

  private static void refused(Runnable call, ErrorCode code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private List<String> list(int offset, int limit) {
    List<String> all = new ArrayList<>();
    store.list("mall", "areas", offset, limit).forEachRemaining(all::addAll);
    return all;
  }

  @Test
  void aListHasAnyPartOfACollectionInOrder() {
    List<String> expected = new ArrayList<>();
    List<Edit> edits = new ArrayList<>();
    for (int i = 1000; i < 1200; i++) {
      edits.add(edit("a" + i, Edit.Kind.CREATE, "{\"v\":" + i + "}"));
    }
    write("mall", edits);
    for (int i = 1000; i < 1200; i++) {
      if (i % 7 == 0) {
        write("mall", List.of(edit("a" + i, Edit.Kind.DELETE, null)));
      } else {
        expected.add("{\"v\":" + i + "}");
      }
    }
    assertThat(list(0, 1000)).isEqualTo(expected);
    assertThat(list(0, 3)).isEqualTo(expected.subList(0, 3));
    assertThat(list(50, 60)).isEqualTo(expected.subList(50, 110));
    int last = expected.size() - 1;
    assertThat(list(last, 10)).containsExactly(expected.get(last));
    assertThat(list(last + 1, 10)).isEmpty();
    assertThat(list(5000, 10)).isEmpty();
  }

  @Test
  void a9AListOfLargeDocumentsIsReadByBytes() {
    String large = "t".repeat(900_000);
    for (int i = 10; i < 50; i++) {
      String json = "{\"text\":\"" + large + "\",\"n\":" + i + "}";
      write("mall", List.of(edit("a" + i, Edit.Kind.CREATE, json)));
    }
    Page page = new Page("/list", 0, 30);
    BodyStream body =
        new BodyStream(page.wrap(40, store.list("mall", "areas", 0, 30)), false, bytes -> {});
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try (body) {
      byte[] piece = new byte[32 * 1024];
      for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
        read.write(piece, 0, n);
        assertThat(body.held()).isLessThan(3_000_000);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    JsonNode list = Json.tree(read.toByteArray());
    assertThat(list.at("/metadata/total_items").asInt()).isEqualTo(40);
    assertThat(list.path("data")).hasSize(30);
    assertThat(list.at("/data/29/n").asInt()).isEqualTo(39);
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
    assertThat(list(0, 10)).isEmpty();
    assertThat(write("mall", List.of(edit("a", Edit.Kind.CREATE, "{\"v\":2}")))).isEqualTo(3);
    assertThat(list(0, 10)).containsExactly("{\"v\":2}");
  }

  private static Operation operation(String id, boolean repeated) {
    return Operation.of(id, repeated, () -> {});
  }

  @Test
  void b9ARepetitionRecognisesItsOwnCreate() {
    List<Edit> create = List.of(edit("a", Edit.Kind.CREATE, "{\"v\":1}"));
    Written first = store.writes().write("mall", create, operation("op-1", false));
    assertThat(store.writes().write("mall", create, operation("op-1", true))).isEqualTo(first);
    // Also when the relay has moved everything on, and others have written since.
    outbox.done(outbox.claim(10));
    write("mall", List.of(edit("a", Edit.Kind.DELETE, null)));
    outbox.done(outbox.claim(10));
    assertThat(store.writes().write("mall", create, operation("op-1", true))).isEqualTo(first);
    assertThat(store.read(new ItemRef("mall", "areas", "a"))).isEmpty();
    Document head = database.getCollection("entities").find().first();
    assertThat(head.getList("receipts", Document.class)).isEmpty();

    write("mall", create);
    refused(
        () -> store.writes().write("mall", create, operation("op-2", false)),
        ErrorCode.ALREADY_EXISTS);
  }

  @Test
  void b9ARepetitionRecognisesItsOwnEntity() {
    assertThat(store.create("own", "{}", operation("op-3", false))).isTrue();
    assertThat(store.create("own", "{}", operation("op-3", true))).isTrue();
    assertThat(store.create("own", "{}", operation("op-4", false))).isFalse();
    assertThat(store.create("own", "{}")).isFalse();
  }

  @Test
  void b6AWriterThatLostItsClaimWritesNothing() {
    AtomicBoolean lost = new AtomicBoolean();
    List<Edit> create = List.of(edit("late", Edit.Kind.CREATE, "{}"));
    Operation first =
        Operation.of(
            "op-5",
            false,
            () -> {
              if (lost.get()) {
                throw new ProtocolException(ErrorCode.REQUEST_IN_PROGRESS, "taken over");
              }
              // It stands still here, with the head read and its claim still good. The one that
              // takes over is refused, and the reason for that goes away.
              lost.set(true);
              write("mall", create);
              refused(
                  () -> store.writes().write("mall", create, operation("op-5", true)),
                  ErrorCode.ALREADY_EXISTS);
              write("mall", List.of(edit("late", Edit.Kind.DELETE, null)));
            });
    refused(() -> store.writes().write("mall", create, first), ErrorCode.REQUEST_IN_PROGRESS);
    assertThat(store.read(new ItemRef("mall", "areas", "late"))).isEmpty();
  }

  @Test
  void b6TheFenceHoldsWhereNothingElseWasWritten() {
    AtomicBoolean lost = new AtomicBoolean();
    List<Edit> update = List.of(edit("missing", Edit.Kind.UPDATE, "{}"));
    List<Edit> create = List.of(edit("new", Edit.Kind.CREATE, "{}"));
    Operation first =
        Operation.of(
            "op-6",
            false,
            () -> {
              if (lost.getAndSet(true)) {
                throw new ProtocolException(ErrorCode.REQUEST_IN_PROGRESS, "taken over");
              }
              refused(
                  () -> store.writes().write("mall", update, operation("op-6", true)),
                  ErrorCode.NOT_FOUND);
            });
    refused(() -> store.writes().write("mall", create, first), ErrorCode.REQUEST_IN_PROGRESS);
    assertThat(store.read(new ItemRef("mall", "areas", "new"))).isEmpty();
  }

  @Test
  void b9ARepetitionGetsWhatBecameOfItsEdgeEdits() {
    write("mall", List.of(edit("won", Edit.Kind.CREATE, "{\"v\":1}")));
    ItemRef mine = new ItemRef("mall", "areas", "mine");
    List<EdgeEdit> edits =
        List.of(
            new EdgeEdit(mine, true, "{\"v\":2}", 0),
            new EdgeEdit(new ItemRef("mall", "areas", "won"), false, "{\"v\":3}", 0));
    List<EdgeOutcome> first = store.writes().merge("mall", edits, "orch", operation("op-7", false));
    assertThat(first).extracting(EdgeOutcome::applied).containsExactly(true, false);
    // Somebody else changes it before the repetition: it was applied all the same.
    write("mall", List.of(edit("mine", Edit.Kind.UPDATE, "{\"v\":9}")));
    List<EdgeOutcome> again = store.writes().merge("mall", edits, "orch", operation("op-7", true));
    assertThat(again).extracting(EdgeOutcome::applied).containsExactly(true, false);
    assertThat(again.get(0).current().seq()).isEqualTo(first.get(0).current().seq());
    assertThat(store.read(mine)).contains("{\"v\":9}");
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
