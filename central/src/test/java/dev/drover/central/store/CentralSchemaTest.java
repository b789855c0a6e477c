package dev.drover.central.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.entity.ItemRef;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.backbone.StoredVersion;
import dev.drover.engine.files.DataFile;
import dev.drover.engine.migrate.Migration;
import dev.drover.engine.migrate.Migrations;
import dev.drover.engine.migrate.MongoMigrations;
import dev.drover.engine.start.StartRefused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
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
          assertThat(central(database).version()).isEqualTo(1);
          EntityStore entities = new EntityStore(database, Clock.systemUTC());
          assertThat(entities.entity("mall-1").orElseThrow()).contains("A mall");
          assertThat(entities.read(new ItemRef("mall-1", "areas", "area-1")).orElseThrow())
              .contains("North");
          assertThat(database.getCollection("orchestrators").countDocuments()).isEqualTo(1);
          assertThat(StoredVersion.of(file)).as("another process has it").isEmpty();
        });
    assertThat(StoredVersion.of(file)).hasValue(1);
    use(database -> central(database).migrate("drover.mv"));
    assertThat(StoredVersion.of(file)).hasValue(CentralSchema.MIGRATIONS.latest());
    assertThat(DataFile.CENTRAL_VERSION).isEqualTo(CentralSchema.MIGRATIONS.latest());
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
              .hasMessageContaining("mongo/drover.mv has schema version 7, and this build knows 1")
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
