package dev.drover.central.beacon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.guard.Operation;
import dev.drover.proto.Json;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch that several centrals judge at the same moment, and one that a crash cut short. */
class UploadLedgerTest {
  @TempDir static Path directory;
  private static EmbeddedMongo server;
  private static MongoClient client;

  private static final int ITEMS = 20;

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
    database().drop();
  }

  private static MongoDatabase database() {
    return client.getDatabase("uploads");
  }

  private UploadLedger ledger(MongoDatabase database) {
    return new UploadLedger(database, Duration.ofDays(30), Clock.systemUTC());
  }

  private static Upload upload() {
    ArrayNode items = Json.MAPPER.createArrayNode();
    for (int i = 0; i < ITEMS; i++) {
      items
          .addObject()
          .put("seq", i)
          .put("type", "event_ack")
          .put("idempotency_key", "k-" + i)
          .putObject("body");
    }
    return new Upload("mall/orch", "b", items, Operation.NONE);
  }

  private static void judge(UploadLedger ledger) {
    Upload upload = upload();
    ledger.recall(upload);
    upload.todo().forEach(todo -> upload.result(todo.index(), UploadResult.stored(() -> "{}")));
    ledger.commit(upload);
  }

  private static void assertStoredOnce(UploadLedger ledger, int batches) {
    Document counts = ledger.find("mall", "orch").orElseThrow();
    assertThat(counts.getLong("stored")).isEqualTo(ITEMS);
    assertThat(counts.getLong("duplicate")).isEqualTo((long) ITEMS * (batches - 1));
    assertThat(counts.getLong("sent")).isEqualTo((long) ITEMS * batches);
  }

  @Test
  void theSameBatchAtSeveralCentralsIsStoredOnce() throws Exception {
    int centrals = 4;
    ExecutorService threads = Executors.newFixedThreadPool(centrals);
    List<Future<?>> work = new ArrayList<>();
    for (int i = 0; i < centrals; i++) {
      UploadLedger ledger = ledger(database());
      work.add(threads.submit(() -> judge(ledger)));
    }
    for (Future<?> one : work) {
      one.get();
    }
    threads.shutdown();
    assertStoredOnce(ledger(database()), centrals);
  }

  @Test
  void recordsThatACrashLeftInTheLedgerAreFound() {
    UploadLedger ledger = ledger(database());
    judge(ledger);
    // As if central had died between its last two writes: the records are in the ledger only.
    List<Document> records =
        database().getCollection("upload_items").find().into(new ArrayList<>());
    assertThat(records).hasSize(ITEMS);
    database().getCollection("upload_items").drop();
    database()
        .getCollection("upload_ledgers")
        .updateOne(
            new Document("_id", "mall/orch"),
            new Document("$set", new Document("pending", records)));
    judge(ledger);
    assertStoredOnce(ledger, 2);
    assertThat(ledger.find("mall", "another")).isEqualTo(Optional.empty());
  }
}
