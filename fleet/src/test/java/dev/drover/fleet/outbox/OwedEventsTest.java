package dev.drover.fleet.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.outbox.OutboxSource.Entry;
import dev.drover.engine.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change and its event are one write, and the event is told until it is said to be. */
class OwedEventsTest {
  @TempDir static Path data;
  private static EmbeddedMongo server;
  private static MongoClient client;

  private final MongoCollection<Document> lists =
      client.getDatabase("outbox").getCollection("lists-" + UUID.randomUUID());
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };
  private final Ticker ticker = Ticker.of(() -> now.toEpochMilli() * 1_000_000);
  private final OwedEvents events = new OwedEvents(lists, clock, ticker);

  @BeforeAll
  static void start() {
    server = new EmbeddedMongo(new MongoConfig(data, 0, false)).start();
    client = MongoClients.create(server.url());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private void change(String key, int version) {
    OwedEvent event =
        new OwedEvent("v:" + version, key, "config_update", "{\"v\":" + version + "}");
    lists.updateOne(
        Filters.eq("_id", key),
        Updates.combine(Updates.set("version", version), event.withChange()),
        new UpdateOptions().upsert(true));
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private static List<Object> bodies(List<Entry> entries) {
    return entries.stream().map(Entry::body).toList();
  }

  @Test
  void whatIsToldIsForgottenAndTheDocumentStays() {
    change("mall-1", 1);
    List<Entry> told = events.claim(10);
    assertThat(told)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.body()).isEqualTo("{\"v\":1}");
              assertThat(entry.headers())
                  .containsEntry("kafka.KEY", "mall-1")
                  .containsEntry("event", "config_update");
            });
    events.done(told);
    pass(Duration.ofMinutes(1));
    assertThat(events.claim(10)).isEmpty();
    assertThat(lists.find().first()).isEqualTo(new Document("_id", "mall-1").append("version", 1));
  }

  @Test
  void whatIsNotSaidToBeToldComesAgainWhenItsClaimEnds() {
    change("mall-1", 1);
    assertThat(events.claim(10)).hasSize(1);
    pass(Duration.ofSeconds(9));
    assertThat(events.claim(10)).isEmpty();
    pass(Duration.ofSeconds(2));
    assertThat(bodies(events.claim(10))).containsExactly("{\"v\":1}");
  }

  @Test
  void aLaterEventIsToldAtOnceAlthoughTheEarlierOneIsOnItsWay() {
    change("mall-1", 1);
    List<Entry> first = events.claim(10);
    change("mall-1", 2);
    assertThat(events.claim(10)).as("two at once would change their order").isEmpty();
    events.done(first);
    List<Entry> second = events.claim(10);
    assertThat(bodies(second)).containsExactly("{\"v\":2}");
    events.done(second);
    assertThat(lists.countDocuments(Filters.exists("owed"))).isZero();
  }

  @Test
  void twoProcessesTellEachEventOnce() {
    OwedEvents other = new OwedEvents(lists, clock, ticker);
    for (int i = 0; i < 10; i++) {
      change("mall-" + i, i);
    }
    List<Entry> all = new ArrayList<>(events.claim(4));
    all.addAll(other.claim(4));
    all.addAll(events.claim(4));
    assertThat(bodies(all)).doesNotHaveDuplicates().hasSize(10);
  }

  @Test
  void whatAProcessLeftThatIsGoneIsFoundByAnother() {
    assertThat(events.claim(10)).isEmpty();
    change("mall-1", 1);
    pass(Duration.ofSeconds(4));
    assertThat(events.claim(10)).as("there is no reason to look").isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(events.claim(10)).hasSize(1);
  }

  @Test
  void whatIsWrittenHereIsFoundAtOnce() {
    List<String> woken = new ArrayList<>();
    events.onReady(() -> woken.add("woken"));
    assertThat(events.claim(10)).isEmpty();
    change("mall-1", 1);
    events.written();
    assertThat(woken).hasSize(1);
    assertThat(events.claim(10)).hasSize(1);
  }

  @Test
  void f3AClaimOfAClockThatWasAheadHoldsNothingUp() {
    change("mall-1", 1);
    Instant before = now;
    pass(Duration.ofDays(8));
    assertThat(new OwedEvents(lists, clock, ticker).claim(10)).hasSize(1);
    now = before;
    assertThat(events.claim(10)).hasSize(1);
  }

  @Test
  void aDocumentThatIsThereAlreadyOwesNothingNew() {
    OwedEvent event = new OwedEvent("r:1", "mall-1", "access_log_request", "{}");
    for (int i = 0; i < 2; i++) {
      lists.updateOne(Filters.eq("_id", "r"), event.withNew(), new UpdateOptions().upsert(true));
      List<Entry> told = events.claim(10);
      assertThat(told).hasSize(1 - i);
      events.done(told);
      events.written();
    }
  }
}
