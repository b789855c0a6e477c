package dev.drover.central.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.drover.central.beacon.AccessLogRequests;
import dev.drover.central.beacon.BeaconRegistry;
import dev.drover.central.beacon.BeaconRevocations;
import dev.drover.central.entity.EntityOutbox;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.entity.ItemRef;
import dev.drover.central.security.Audit;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.backbone.StoredVersion;
import dev.drover.engine.files.DataFile;
import dev.drover.engine.migrate.Migration;
import dev.drover.engine.migrate.Migrations;
import dev.drover.engine.migrate.MongoMigrations;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.engine.outbox.OutboxSource.Entry;
import dev.drover.engine.start.StartRefused;
import dev.drover.engine.time.Ticker;
import dev.drover.fleet.device.Device;
import dev.drover.fleet.device.DeviceId;
import dev.drover.fleet.device.Devices;
import dev.drover.fleet.outbox.EventOutbox;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A document store of another build: an older one is brought up to date, a newer one refused. */
class CentralSchemaTest {
  @TempDir Path data;

  private interface Use {
    void of(MongoDatabase database);
  }

  private void use(Use use) {
    try (EmbeddedMongo server = new EmbeddedMongo(new MongoConfig(data, 0, true)).start();
        MongoClient client = MongoClients.create(server.url())) {
      use.of(client.getDatabase("navign"));
    }
  }

  private void unpack(String fixture) throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/stores/" + fixture);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Files.copy(zip, data.resolve(entry.getName()));
      }
    }
  }

  private static MongoMigrations central(MongoDatabase database) {
    return new MongoMigrations(database, CentralSchema.MIGRATIONS);
  }

  @Test
  void aStoreOfABuildWithoutVersionsKeepsWhatItHasAndGetsItsVersion() throws IOException {
    unpack("mongo-0.zip");
    Path file = data.resolve("drover.mv");
    assertThat(StoredVersion.of(file)).isEmpty();
    use(
        database -> {
          assertThat(central(database).version()).isZero();
          central(database).migrate("drover.mv");
          assertThat(central(database).version()).isEqualTo(2);
          EntityStore entities = new EntityStore(database, Clock.systemUTC());
          assertThat(entities.entity("mall-1").orElseThrow()).contains("A mall");
          assertThat(entities.read(new ItemRef("mall-1", "areas", "area-1")).orElseThrow())
              .contains("North");
          assertThat(database.getCollection("orchestrators").countDocuments()).isEqualTo(1);
          assertThat(StoredVersion.of(file)).as("another process has it").isEmpty();
        });
    assertThat(StoredVersion.of(file)).hasValue(2);
    use(database -> central(database).migrate("drover.mv"));
    assertThat(StoredVersion.of(file)).hasValue(CentralSchema.MIGRATIONS.latest());
    assertThat(DataFile.CENTRAL_VERSION).isEqualTo(CentralSchema.MIGRATIONS.latest());
  }

  private static EventOutbox outbox(MongoDatabase database, Clock clock) {
    BeaconRegistry beacons = new BeaconRegistry(new Devices(database));
    Audit audit = new Audit(database, clock);
    return new EventOutbox(
        List.of(
            new EventOutbox.Source(
                "entities",
                new EntityOutbox(database, new EntityStore(database, clock), Duration.ZERO, clock)),
            new EventOutbox.Source(
                "lists",
                new BeaconRevocations(database, beacons, audit, clock, Ticker.SYSTEM).events()),
            new EventOutbox.Source(
                "requests",
                new AccessLogRequests(database, beacons, Duration.ofDays(30), clock, Ticker.SYSTEM)
                    .events())));
  }

  /** What all relays together would tell, in the order of its keys. */
  private static Map<String, String> told(OutboxSource outbox) {
    Map<String, String> told = new TreeMap<>();
    for (List<Entry> some = outbox.claim(10); !some.isEmpty(); some = outbox.claim(10)) {
      for (Entry entry : some) {
        JsonNode data = Json.tree(entry.body().toString().getBytes(StandardCharsets.UTF_8));
        String key = entry.headers().get("kafka.KEY") + " " + data.path("event_key").asText();
        assertThat(told.put(key, entry.headers().get("event") + " " + entry.body())).isNull();
      }
      outbox.done(some);
    }
    return told;
  }

  /**
   * Written by the build before: two events wait in a collection of their own, and a kill came
   * before the event of one request and of one list.
   */
  @Test
  void whatAStoreOfVersion1OwesIsToldOnce() throws IOException {
    unpack("mongo-1.zip");
    assertThat(StoredVersion.of(data.resolve("drover.mv"))).hasValue(1);
    String waiting = "access_log_request:req-ccb58d37-dff4-404b-a1e5-9b8ded34fbe2";
    String untold = "access_log_request:req-549663d2-a702-4945-82dd-d3b3ce091b8d";
    use(
        database -> {
          List<Document> before =
              database.getCollection("pending_events").find().into(new ArrayList<>());
          assertThat(before).hasSize(2);
          central(database).migrate("drover.mv");
          assertThat(central(database).version()).isEqualTo(2);
          // killed before the version was written, or another central did the same
          EventsWithTheirCause.apply(database);
          assertThat(database.getCollection("pending_events").countDocuments()).isZero();
          EventOutbox outbox = outbox(database, Clock.systemUTC());
          Map<String, String> told = told(outbox);
          assertThat(told)
              .containsOnlyKeys(
                  "mall-1 data:1",
                  "mall-1 " + untold,
                  "mall-1 " + waiting,
                  "mall-1 revoked_beacons:1",
                  "mall-2 revoked_beacons:1");
          for (Document event : before) {
            assertThat(told)
                .containsValue(event.getString("event") + " " + event.getString("data"));
          }
          assertThat(told.get("mall-1 " + untold)).contains("\"beacon_id\":\"gate\"");
          assertThat(told(outbox)).isEmpty();
        });
  }

  @Test
  void theBeaconsOfAStoreOfVersion1AreDevicesAsTheyAre() throws IOException {
    unpack("mongo-1.zip");
    use(
        database -> {
          central(database).migrate("drover.mv");
          Devices devices = new Devices(database);
          Device gate =
              devices.find(new DeviceId(BeaconRegistry.BEACON, "mall-1", "gate")).orElseThrow();
          assertThat(gate.hardware()).isEqualTo("hw-gate");
          assertThat(gate.approved()).isTrue();
          assertThat(gate.firmware()).isEqualTo("1.2.0");
          assertThat(gate.status()).isEqualTo("online");
          assertThat(gate.seen()).contains(Instant.parse("2026-11-29T11:59:00Z"));
          assertThat(gate.commands())
              .singleElement()
              .satisfies(
                  command -> {
                    assertThat(command.json()).contains("reboot");
                    assertThat(command.deliveries()).isEqualTo(1);
                  });
          Device door =
              devices.find(new DeviceId(BeaconRegistry.BEACON, "mall-2", "door")).orElseThrow();
          assertThat(door.shutOut()).isPresent();
          assertThat(devices.list(BeaconRegistry.BEACON, "mall-1", "", 10)).hasSize(2);
          assertThat(
                  devices
                      .register(
                          new DeviceId(BeaconRegistry.BEACON, "mall-1", "other"),
                          "hw-gate",
                          Optional.empty(),
                          device -> device)
                      .id()
                      .id())
              .isEqualTo("gate");
        });
  }

  @Test
  void aStoreOfANewerBuildIsRefused() {
    use(
        database -> {
          central(database).migrate("drover.mv");
          database
              .getCollection(MongoMigrations.COLLECTION)
              .updateOne(Filters.eq("_id", "version"), Updates.set("version", 7));
          assertThatThrownBy(() -> central(database).migrate("mongo/drover.mv"))
              .isInstanceOf(StartRefused.class)
              .hasMessageContaining("mongo/drover.mv has schema version 7, and this build knows 2")
              .hasMessageContaining("put back a backup");
          assertThat(central(database).version()).isEqualTo(7);
        });
  }

  @Test
  void aStepThatFailedIsDoneAgainAndOneOfAnotherProcessIsNot() {
    use(
        database -> {
          AtomicBoolean fails = new AtomicBoolean(true);
          Migration<MongoDatabase> first = CentralSchema.MIGRATIONS.after(0);
          Migration<MongoDatabase> second =
              new Migration<>(
                  "a-field-more",
                  store -> {
                    store.getCollection("notes").updateMany(new Document(), Updates.set("b", 1));
                    if (fails.getAndSet(false)) {
                      throw new IllegalStateException("the line is cut");
                    }
                    // another central is faster
                    store
                        .getCollection(MongoMigrations.COLLECTION)
                        .updateOne(Filters.eq("_id", "version"), Updates.set("version", 2));
                  });
          database.getCollection("notes").insertOne(new Document("_id", 1));
          MongoMigrations both =
              new MongoMigrations(database, new Migrations<>(List.of(first, second)));
          assertThatThrownBy(() -> both.migrate("the store"))
              .hasMessage("the store: migration a-field-more failed: the line is cut");
          assertThat(both.version()).isEqualTo(1);
          both.migrate("the store");
          assertThat(both.version()).isEqualTo(2);
          assertThat(database.getCollection("notes").find().first()).containsEntry("b", 1);
        });
  }
}
