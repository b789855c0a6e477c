package dev.drover.e2e.powercut;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bson.Document;

/** Central's documents: new ones, one that each writer replaces, and old ones that go. */
final class MongoStore implements Store {
  private static final int KEPT = 40;

  private static EmbeddedMongo open(Path directory) {
    return new EmbeddedMongo(new MongoConfig(directory, 0, true)).start();
  }

  private static MongoCollection<Document> items(MongoClient client) {
    return client.getDatabase("d").getCollection("items");
  }

  private static MongoCollection<Document> brief(MongoClient client) {
    return client.getDatabase("d").getCollection("brief");
  }

  @Override
  public void write(Path directory, Acknowledged acknowledged, int numbers) throws Exception {
    MongoClient client = MongoClients.create(open(directory).url());
    MongoCollection<Document> items = items(client);
    items.createIndex(Indexes.ascending("mark"), new IndexOptions().unique(true));
    Stores.together(
        writer -> {
          for (int i = 0; i < numbers; i++) {
            items.insertOne(item(writer, i));
            acknowledged.number(writer + "-" + i);
            brief(client)
                .replaceOne(
                    Filters.eq("_id", writer),
                    new Document("n", i).append("pad", "p".repeat(2_000)),
                    new ReplaceOptions().upsert(true));
            acknowledged.number(writer + "-set-" + i);
            brief(client).insertOne(new Document("_id", writer + "-" + i));
            brief(client).deleteOne(Filters.eq("_id", writer + "-" + (i - KEPT)));
          }
        });
  }

  private static Document item(String writer, int i) {
    return new Document("_id", writer + "-" + i)
        .append("writer", writer)
        .append("n", i)
        .append("mark", writer + "/" + i)
        .append("pad", "x".repeat(300));
  }

  @Override
  public List<String> read(Path directory, Set<String> acknowledged) {
    try (EmbeddedMongo mongo = open(directory);
        MongoClient client = MongoClients.create(mongo.url())) {
      MongoCollection<Document> items = items(client);
      List<String> found = new ArrayList<>();
      for (Document each : items.find().sort(Sorts.ascending("n"))) {
        found.add(each.getString("_id"));
        // found by the index too
        if (items.find(Filters.eq("mark", each.getString("mark"))).first() == null) {
          throw new IllegalStateException(each.getString("_id") + " is not in the index");
        }
      }
      for (Document each : brief(client).find(Filters.exists("n"))) {
        for (int i = 0; i <= each.getInteger("n"); i++) {
          found.add(each.getString("_id") + "-set-" + i);
        }
      }
      items.insertOne(item("after", 1));
      return found;
    }
  }
}
