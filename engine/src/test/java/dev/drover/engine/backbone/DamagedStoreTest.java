package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the document store are damaged: it opens with all that was acknowledged, or refuses
 * with the file's name; it never answers with something else. {@code -Ddrover.damages=50} of each
 * kind for each file in each state; {@code -Ddrover.fault.seed=…} repeats.
 */
class DamagedStoreTest {
  private static final Logger LOG = LoggerFactory.getLogger(DamagedStoreTest.class);
  private static final int DAMAGES = Integer.getInteger("drover.damages", 1);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime() % 1_000_000);
  private static final List<String> KINDS =
      List.of("cut", "zeroed", "flipped", "emptied", "deleted", "older");
  private static final List<String> NAMES =
      List.of("drover.mv", "drover.mv.journal", "drover.mv.sums");
  private static final int DOCUMENTS = 120;

  @TempDir Path dir;

  private final Map<String, String> stored = new HashMap<>();
  private final Random random = new Random(SEED);

  /** The files after kill -9 and after a stop, and those of an earlier day. */
  @BeforeEach
  void prepare() throws IOException {
    Path live = dir.resolve("live");
    try (EmbeddedMongo mongo = open(live, new Conditions(Clock.systemUTC()));
        MongoClient client = MongoClients.create(mongo.url())) {
      write(client, 0);
      copy(live, "older");
    }
    // the journal has what was written since the store was opened last, and no more
    try (EmbeddedMongo mongo = open(live, new Conditions(Clock.systemUTC()));
        MongoClient client = MongoClients.create(mongo.url())) {
      write(client, DOCUMENTS / 2);
      // the system has every write that was answered, as after a kill
      copy(live, "killed");
    }
    copy(live, "stopped");
  }

  private void write(MongoClient client, int from) {
    MongoCollection<Document> items = items(client);
    for (int i = from; i < from + DOCUMENTS / 2; i++) {
      String text = "text " + i + " " + Long.toHexString(random.nextLong()).repeat(200);
      items.insertOne(new Document("_id", "id-" + i).append("text", text));
      items.updateOne(
          Filters.eq("_id", "id-" + i / 2), new Document("$set", new Document("seen", i)));
      stored.put("id-" + i, text);
    }
  }

  private static MongoCollection<Document> items(MongoClient client) {
    return client.getDatabase("d").getCollection("items");
  }

  private static EmbeddedMongo open(Path at, Conditions conditions) {
    return new EmbeddedMongo(new MongoConfig(at, 0, true), conditions).start();
  }

  private void copy(Path from, String to) throws IOException {
    Path target = Files.createDirectories(dir.resolve(to));
    for (String name : NAMES) {
      Files.write(target.resolve(name), Files.readAllBytes(from.resolve(name)));
    }
  }

  @Test
  void f10ADamagedFileIsMendedOrRefusedAndNeverReadAsSomethingElse() throws IOException {
    LOG.info("seed {}", SEED);
    for (String state : List.of("stopped", "killed")) {
      StoreBlocks.Found sound = StoreBlocks.look(dir.resolve(state).resolve("drover.mv"));
      assertThat(sound.fault()).as(state).isEmpty();
      assertThat(sound.unknown()).as(state).isZero();
    }
    Map<String, Integer> outcomes = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    for (String state : List.of("stopped", "killed")) {
      for (String name : NAMES) {
        for (int i = 0; i < DAMAGES * KINDS.size(); i++) {
          String kind = KINDS.get(i % KINDS.size());
          copy(dir.resolve(state), "trial");
          if (!damage(kind, dir.resolve("trial").resolve(name), name)) {
            continue;
          }
          boolean seen = doctorSees(dir.resolve("trial/drover.mv"));
          String outcome = outcome();
          boolean refused = outcome.startsWith("refused");
          if (seen != refused) {
            wrong.add(state + " " + kind + " " + i + ": " + outcome + ", and the doctor: " + seen);
          }
          outcomes.merge(state + " " + name + " " + outcome, 1, Integer::sum);
          if (outcome.startsWith("wrong")) {
            wrong.add(state + " " + name + " " + kind + " " + i + ": " + outcome);
          }
        }
      }
    }
    outcomes.forEach((outcome, count) -> LOG.info("{}: {}", outcome, count));
    assertThat(wrong).as("seed " + SEED).isEmpty();
    assertThat(outcomes)
        .containsKeys("stopped drover.mv refused", "killed drover.mv.journal whole");
  }

  /** Whether it is seen without a start, by who changes nothing. */
  private static boolean doctorSees(Path store) throws IOException {
    return !Files.exists(store) || StoreBlocks.look(store).fault().isPresent();
  }

  private boolean damage(String kind, Path file, String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] damaged = bytes.clone();
    int at = random.nextInt(Math.max(1, bytes.length));
    switch (kind) {
      case "cut" -> damaged = Arrays.copyOf(bytes, at);
      case "zeroed" ->
          Arrays.fill(
              damaged, at, Math.min(bytes.length, at + 1 + random.nextInt(8_192)), (byte) 0);
      case "flipped" -> {
        for (int i = random.nextInt(20); i >= 0 && bytes.length > 0; i--) {
          damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case "emptied" -> damaged = new byte[0];
      case "older" -> damaged = Files.readAllBytes(dir.resolve("older").resolve(name));
      default -> {
        Files.delete(file);
        // central looks for the store itself before it is opened
        return !name.equals("drover.mv");
      }
    }
    Files.write(file, damaged);
    return !Arrays.equals(bytes, damaged) && !(name.equals("drover.mv") && damaged.length == 0);
  }

  private String outcome() {
    Conditions conditions = new Conditions(Clock.systemUTC());
    try (EmbeddedMongo mongo = open(dir.resolve("trial"), conditions);
        MongoClient client = MongoClients.create(mongo.url())) {
      Map<String, String> read = new HashMap<>();
      try {
        items(client).find().forEach(one -> read.put(one.getString("_id"), one.getString("text")));
        items(client).insertOne(new Document("_id", "new"));
      } catch (MongoException e) {
        return conditions.worst("database").isPresent() ? "told" : "wrong: " + e;
      }
      return read.equals(stored) ? "whole" : "wrong: read " + read.size() + " documents";
    } catch (IllegalStateException e) {
      return e.getMessage().contains("drover.mv") && e.getMessage().contains("backup")
          ? "refused"
          : "wrong: " + e;
    }
  }

  @Test
  void f10BitsThatTurnDuringTheWorkAreANamedProblemAndNoAnswer() throws IOException {
    copy(dir.resolve("stopped"), "trial");
    Conditions conditions = new Conditions(Clock.systemUTC());
    Path file = dir.resolve("trial/drover.mv");
    try (EmbeddedMongo mongo = open(dir.resolve("trial"), conditions);
        MongoClient client = MongoClients.create(mongo.url())) {
      byte[] bytes = Files.readAllBytes(file);
      for (int at = 3 * BlockSums.BLOCK; at < bytes.length; at += 256) {
        bytes[at] ^= 4;
      }
      Files.write(file, bytes);

      Throwable failure =
          catchThrowable(
              () -> items(client).find().forEach(one -> assertThat(stored).containsKey("none")));

      assertThat(failure).isInstanceOf(MongoException.class);
      Problem told = conditions.problems().get(0);
      assertThat(told.check()).isEqualTo("database");
      assertThat(told.cause()).contains("drover.mv").contains("damaged");
      assertThat(told.remedy()).contains("backup");
    }
  }
}
