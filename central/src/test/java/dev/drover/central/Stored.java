package dev.drover.central;

import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What central has stored, as one text, without what only limits and coordinates callers. */
final class Stored {
  private static final List<String> ASIDE = List.of("rate", "lease", "idempotency");

  private Stored() {}

  static String in(MongoDatabase database) {
    StringBuilder state = new StringBuilder();
    for (String name : new TreeSet<>(database.listCollectionNames().into(new ArrayList<>()))) {
      if (ASIDE.stream().noneMatch(name::contains)) {
        database.getCollection(name).find().forEach(each -> state.append(name).append(each));
      }
    }
    return state.toString();
  }
}
