package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedMongoTest {
  private static final int ACKNOWLEDGED_BEFORE_THE_KILL = 1_000;
  private static final int WRITERS = 8;

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyAcknowledgedWriteSurvivesAKill(boolean powerCutSafe) throws Exception {
    Process child =
        new ProcessBuilder(
                ChildCommand.of(
                    System.getProperty("java.class.path"),
                    Writer.class,
                    List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                    List.of(dir.toString(), Boolean.toString(powerCutSafe))))
            .redirectErrorStream(true)
            .start();
    Set<String> acknowledged = new HashSet<>();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = out.readLine()) != null) {
        if (line.startsWith("ack ")) {
          acknowledged.add(line.substring(4));
        }
        if (acknowledged.size() == ACKNOWLEDGED_BEFORE_THE_KILL) {
          child.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(child.waitFor()).isNotZero();
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ACKNOWLEDGED_BEFORE_THE_KILL);

    try (EmbeddedMongo mongo = start(powerCutSafe);
        MongoClient client = MongoClients.create(mongo.url())) {
      MongoCollection<Document> items = client.getDatabase("d").getCollection("items");
      Set<String> kept = new HashSet<>();
      for (Document item : items.find()) {
        kept.add(item.getString("_id"));
        // A commit never cuts through a write: what is there is also found by its index.
        assertThat(items.find(Filters.eq("mark", item.getString("mark"))).first()).isEqualTo(item);
      }
      assertThat(kept).containsAll(acknowledged);
    }
  }

  /** The process that is killed: prints an id only after the store acknowledged it. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws Exception {
      EmbeddedMongo mongo =
          new EmbeddedMongo(new MongoConfig(Path.of(args[0]), 0, Boolean.parseBoolean(args[1])))
              .start();
      MongoClient client = MongoClients.create(mongo.url());
      MongoCollection<Document> items = client.getDatabase("d").getCollection("items");
      items.createIndex(Indexes.ascending("mark"), new IndexOptions().unique(true));
      ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
      for (int w = 0; w < WRITERS; w++) {
        String name = "w" + w + "-";
        writers.submit(
            () -> {
              for (int i = 0; ; i++) {
                items.insertOne(new Document("_id", name + i).append("mark", "m" + name + i));
                items.updateOne(Filters.eq("_id", name + i), Updates.set("seen", true));
                System.out.println("ack " + name + i);
              }
            });
      }
      Thread.currentThread().join();
    }
  }

  @Test
  void dataAndIndexesSurviveAnOrderlyRestart() {
    try (EmbeddedMongo mongo = start(true);
        MongoClient client = MongoClients.create(mongo.url())) {
      MongoCollection<Document> items = client.getDatabase("d").getCollection("items");
      items.createIndex(Indexes.ascending("mark"), new IndexOptions().unique(true));
      items.insertOne(new Document("_id", 1).append("mark", "a"));
    }
    try (EmbeddedMongo mongo = start(true);
        MongoClient client = MongoClients.create(mongo.url())) {
      MongoCollection<Document> items = client.getDatabase("d").getCollection("items");
      assertThat(items.find().first()).containsEntry("mark", "a");
      assertThatThrownBy(() -> items.insertOne(new Document("_id", 2).append("mark", "a")))
          .isInstanceOf(MongoWriteException.class);
    }
  }

  /** Two who compare and set lost what one of them had written: the other read half of it. */
  @Test
  void aReaderSeesADocumentBeforeAChangeOrAfterIt() throws Exception {
    try (EmbeddedMongo mongo = start(false);
        MongoClient client = MongoClients.create(mongo.url())) {
      MongoCollection<Document> items = client.getDatabase("d").getCollection("items");
      items.insertOne(wide(0));
      ExecutorService writer = Executors.newSingleThreadExecutor();
      Future<?> writing =
          writer.submit(
              () -> {
                for (int n = 1; n <= 400; n++) {
                  items.replaceOne(Filters.eq("_id", "w"), wide(n));
                }
              });
      int read = 0;
      while (!writing.isDone()) {
        Document seen = items.find(Filters.eq("_id", "w")).first();
        seen.remove("_id");
        assertThat(new HashSet<>(seen.values())).as("read " + read).hasSize(1);
        read++;
      }
      writing.get();
      writer.shutdown();
      assertThat(read).isGreaterThan(20);
    }
  }

  private static Document wide(int value) {
    Document wide = new Document("_id", "w");
    for (int i = 0; i < 500; i++) {
      wide.append("field" + i, value);
    }
    return wide;
  }

  @Test
  void aSecondProcessOnTheSameFileIsRefused() {
    try (EmbeddedMongo mongo = start(true)) {
      assertThat(mongo.port()).isPositive();
      assertThatThrownBy(() -> start(true))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(dir.toString());
    }
  }

  @Test
  void concurrentWritersShareCommits() throws Exception {
    try (EmbeddedMongo mongo = start(true);
        MongoClient client = MongoClients.create(mongo.url())) {
      MongoCollection<Document> items = client.getDatabase("d").getCollection("items");
      items.insertOne(new Document("_id", "warm-up"));
      long start = System.nanoTime();
      for (int i = 0; i < 300; i++) {
        items.insertOne(new Document("_id", "s" + i));
      }
      double single = (System.nanoTime() - start) / 1e6 / 300;
      long before = mongo.commits();
      start = System.nanoTime();
      ExecutorService pool = Executors.newFixedThreadPool(20);
      List<Future<?>> done = new ArrayList<>();
      for (int w = 0; w < 20; w++) {
        String name = "w" + w + "-";
        done.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    items.insertOne(new Document("_id", name + i));
                  }
                }));
      }
      for (Future<?> d : done) {
        d.get();
      }
      pool.shutdown();
      long commits = mongo.commits() - before;
      System.out.printf(
          "single %.2f ms/write, 20 writers %.0f writes/s, %d commits for 4000%n",
          single, 4000 / ((System.nanoTime() - start) / 1e9), commits);
      assertThat(commits).isLessThan(4000 / 3);
    }
  }

  @Test
  void theFileDoesNotGrowWithUpdatesOfOneDocument() {
    try (EmbeddedMongo mongo = start(false);
        MongoClient client = MongoClients.create(mongo.url())) {
      MongoCollection<Document> items = client.getDatabase("d").getCollection("items");
      List<Document> others = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        others.add(new Document("_id", i).append("text", "x".repeat(200)));
      }
      items.insertMany(others);
      long before = mongo.fileSize();
      for (int i = 0; i < 5_000; i++) {
        items.updateOne(Filters.eq("_id", i % 2 == 0 ? 7 : i % 2_000), Updates.inc("n", 1));
      }
      System.out.printf("file %d -> %d bytes%n", before, mongo.fileSize());
      assertThat(mongo.fileSize()).isLessThan(16L << 20);
    }
  }

  private EmbeddedMongo start(boolean powerCutSafe) {
    return new EmbeddedMongo(new MongoConfig(dir, 0, powerCutSafe)).start();
  }
}
