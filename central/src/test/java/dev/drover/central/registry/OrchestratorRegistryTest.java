package dev.drover.central.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.guard.Operation;
import dev.drover.proto.navign.RegisterRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is known, who is offline, whose state is lost; the clock is the test's. */
class OrchestratorRegistryTest {
  @TempDir static Path directory;
  private static EmbeddedMongo server;
  private static MongoClient client;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2025-01-08T10:00:00Z"));
  private OrchestratorRegistry registry;

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
    MongoDatabase database = client.getDatabase("registry");
    database.drop();
    Clock clock =
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
            return now.get();
          }
        };
    registry = new OrchestratorRegistry(database, Duration.ofHours(24), clock, clock);
  }

  private void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  private Document registered(int interval) {
    Document record = registry.pin("mall-a-uuid", "orch-1", "key-1");
    registry.register(
        record,
        new RegisterRequest(
            "mall-a-uuid",
            "orch-1",
            "0.1.0",
            List.of("task_assignment", "flying"),
            "PEM",
            interval,
            "https://x"),
        Operation.NONE);
    return registry.find("mall-a-uuid", "orch-1").orElseThrow();
  }

  @Test
  void theFirstKeyOfAnIdStays() {
    assertThat(registry.pin("mall-a-uuid", "orch-1", "key-1").getString("assigned_id"))
        .isEqualTo("orch-mall-a-001");
    assertThat(registry.pin("mall-a-uuid", "orch-1", "key-2").getString("key_id"))
        .isEqualTo("key-1");
    assertThat(registry.pin("mall-a-uuid", "orch-2", "key-2").getString("assigned_id"))
        .isEqualTo("orch-mall-a-002");
    assertThat(registry.find("mall-a-uuid", "orch-mall-a-002")).isPresent();
    assertThat(registry.find("mall-b", "orch-1")).isEmpty();
  }

  @Test
  void unknownCapabilitiesAreKept() {
    assertThat(registered(60).getList("capabilities", String.class))
        .containsExactly("task_assignment", "flying");
  }

  @Test
  void fiveMissedHeartbeatsMeanOffline() {
    registry.heartbeat(registered(60), new Document(), 5);
    pass(Duration.ofSeconds(299));
    assertThat(registry.markOffline()).isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(registry.markOffline()).hasSize(1);
    assertThat(registry.markOffline()).isEmpty();
    assertThat(registry.find("mall-a-uuid", "orch-1").orElseThrow().getString("state"))
        .isEqualTo("offline");

    registry.heartbeat(registry.find("mall-a-uuid", "orch-1").orElseThrow(), new Document(), 5);
    assertThat(registry.find("mall-a-uuid", "orch-1").orElseThrow().getString("state"))
        .isEqualTo("online");
  }

  @Test
  void f3ASilenceAfterTheClockWentBackIsNoticedInTime() {
    for (Duration ahead : List.of(Duration.ofMinutes(1), Duration.ofHours(2), Duration.ofDays(8))) {
      pass(ahead);
      registry.heartbeat(registered(60), new Document(), 5);
      pass(ahead.negated());
      assertThat(registry.markOffline()).isEmpty();
      pass(Duration.ofSeconds(299));
      assertThat(registry.markOffline()).isEmpty();
      pass(Duration.ofSeconds(2));
      assertThat(registry.markOffline()).hasSize(1);
    }
  }

  @Test
  void theAgreedIntervalCounts() {
    registry.heartbeat(registered(120), new Document(), 5);
    pass(Duration.ofSeconds(301));
    assertThat(registry.markOffline()).isEmpty();
  }

  @Test
  void aNewOrSilentOrchestratorIsStaleAndACurrentOneIsNot() {
    assertThat(registry.stale(registered(60))).isTrue();
    registry.heartbeat(registered(60), new Document(), 5);
    assertThat(registry.stale(registered(60))).isFalse();
    pass(Duration.ofHours(24).plusSeconds(1));
    assertThat(registry.stale(registered(60))).isTrue();
  }
}
