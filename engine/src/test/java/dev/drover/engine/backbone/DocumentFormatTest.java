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
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Updates;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.bson.types.MaxKey;
import org.bson.types.MinKey;
import org.bson.types.ObjectId;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents are BSON in the file, and text ids have no index; a file from before has neither. */
class DocumentFormatTest {
  private static final int MANY = 500;
  private static final ObjectId OBJECT_ID = new ObjectId("507f1f77bcf86cd799439011");

  @TempDir Path dir;

  @Test
  void aFileOfAnOlderVersionIsReadAndWritten() throws Exception {
    List<Document> before = new ArrayList<>();
    older(
        items -> {
          items.createIndex(Indexes.ascending("mark"), new IndexOptions().unique(true));
          for (int i = 0; i < MANY; i++) {
            items.insertOne(new Document("_id", "id-" + i).append("mark", "m" + i).append("n", 0));
          }
          items.insertOne(every(OBJECT_ID));
          items.insertOne(every(1));
          items.find().into(before);
        });
    now(
        items -> {
          assertThat(items.find()).containsExactlyInAnyOrderElementsOf(before);
          assertThat(items.find(Filters.eq("_id", "id-7")).first()).containsEntry("mark", "m7");
          assertThat(items.find(Filters.eq("_id", 1.0)).first()).isEqualTo(every(1));
          assertThat(items.find(Filters.eq("_id", OBJECT_ID)).first()).isEqualTo(every(OBJECT_ID));
          for (Object known : List.of("id-7", 1, 1L, 1.0, OBJECT_ID)) {
            refused(items, new Document("_id", known).append("mark", "new"));
          }
          refused(items, new Document("_id", "new").append("mark", "m7"));
          assertThat(items.updateMany(Filters.eq("n", 0), Updates.inc("n", 1)).getModifiedCount())
              .isEqualTo(MANY);
          assertThat(items.deleteOne(Filters.eq("_id", "id-7")).getDeletedCount()).isEqualTo(1);
          assertThat(items.deleteOne(Filters.eq("_id", 1L)).getDeletedCount()).isEqualTo(1);
        });
    now(
        items -> {
          assertThat(items.countDocuments()).isEqualTo(MANY);
          assertThat(items.countDocuments(Filters.eq("n", 1))).isEqualTo(MANY - 1);
          items.insertOne(new Document("_id", "id-7").append("mark", "again"));
          items.insertOne(new Document("_id", 1.0).append("mark", "one"));
          refused(items, new Document("_id", 1).append("mark", "uno"));
        });
  }

  @Test
  void everyTypeOfValueSurvivesARestart() {
    Document nested = new Document("_id", "x").append("list", List.of(every(1), List.of(), "é𝄞"));
    now(items -> items.insertMany(List.of(every("y"), nested)));
    now(items -> assertThat(items.find()).containsExactlyInAnyOrder(every("y"), nested));
  }

  /** BSON of 16 MB and more would be written and never read again. */
  @Test
  void aDocumentThatGrewBeyondTheLimitOfBsonSurvivesARestart() {
    String long1 = "1".repeat(9 << 20);
    String long2 = "2".repeat(9 << 20);
    now(
        items -> {
          items.insertOne(new Document("_id", "x").append("a", long1));
          items.updateOne(Filters.eq("_id", "x"), Updates.set("b", long2));
        });
    now(
        items -> {
          assertThat(items.find().projection(Projections.include("a")).first())
              .containsEntry("a", long1);
          assertThat(items.find().projection(Projections.include("b")).first())
              .containsEntry("b", long2);
        });
  }

  @Test
  void nothingIsLeftOfADroppedCollection() {
    now(
        items -> {
          items.insertMany(List.of(new Document("_id", 1), new Document("_id", "x")));
          items.drop();
          items.insertMany(List.of(new Document("_id", 1), new Document("_id", "x")));
          refused(items, new Document("_id", 1));
        });
    now(items -> assertThat(items.countDocuments()).isEqualTo(2));
  }

  /** What Java's serialisation took for a document was a multiple of what it says. */
  @Test
  void aDocumentTakesAboutItsSizeInTheFile() throws Exception {
    String text = "t".repeat(300);
    Consumer<MongoCollection<Document>> fill =
        items -> {
          List<Document> many = new ArrayList<>();
          for (int i = 0; i < 10_000; i++) {
            many.add(new Document("_id", "id-" + i).append("at", new Date(i)).append("text", text));
          }
          items.insertMany(many);
        };
    older(fill);
    long older = Files.size(dir.resolve("drover.mv"));
    Files.delete(dir.resolve("drover.mv"));
    now(fill);
    assertThat(Files.size(dir.resolve("drover.mv"))).isLessThan(older * 2 / 3);
  }

  private static void refused(MongoCollection<Document> items, Document twice) {
    assertThatThrownBy(() -> items.insertOne(twice)).isInstanceOf(MongoWriteException.class);
  }

  private static Document every(Object id) {
    return new Document("_id", id)
        .append("mark", "every " + id)
        .append("int", -5)
        .append("long", Long.MIN_VALUE)
        .append("double", -0.5)
        .append("decimal", Decimal128.parse("1.10"))
        .append("text", "\u0000 é 𝄞")
        .append("yes", true)
        .append("null", null)
        .append("date", new Date(-1))
        .append("time", new BsonTimestamp(7, 8))
        .append("bytes", new Binary(new byte[] {0, -1, 127}))
        .append("uuid", new Binary((byte) 4, new byte[16]))
        .append("id", OBJECT_ID)
        .append("least", new MinKey())
        .append("most", new MaxKey())
        .append("list", Arrays.asList(1, null, new Document("a", List.of())))
        .append("name", UUID.nameUUIDFromBytes(new byte[0]).toString())
        .append("empty", new Document());
  }

  private void now(Consumer<MongoCollection<Document>> work) {
    try (EmbeddedMongo mongo = new EmbeddedMongo(new MongoConfig(dir, 0, true)).start()) {
      with(mongo.url(), work);
    }
  }

  /** As older versions kept documents: the library's own collections and indexes. */
  private void older(Consumer<MongoCollection<Document>> work) throws Exception {
    MVStore store = MVStore.open(dir.resolve("drover.mv").toString());
    MongoServer server = new MongoServer(new H2Backend(store));
    try {
      InetSocketAddress address = server.bind();
      with("mongodb://127.0.0.1:" + address.getPort(), work);
    } finally {
      server.shutdownNow();
    }
  }

  private static void with(String url, Consumer<MongoCollection<Document>> work) {
    try (MongoClient client = MongoClients.create(url)) {
      work.accept(client.getDatabase("d").getCollection("items"));
    }
  }
}
