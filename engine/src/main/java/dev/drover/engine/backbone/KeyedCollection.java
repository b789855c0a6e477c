package dev.drover.engine.backbone;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.h2.mvstore.MVMap;

/**
 * A collection that finds documents by {@code _id} also when the filter asks for more than the id,
 * and by ranges of text ids. The server underneath would read the whole collection for both, which
 * makes each compare-and-set cost as much as everything that was ever stored.
 */
final class KeyedCollection extends H2Collection {
  private static final String ID = "_id";

  private final MVMap<Object, Document> documents;

  /** Whether the query is for a change; guarded by this. */
  private boolean changing;

  KeyedCollection(
      MongoDatabase database,
      String name,
      CollectionOptions options,
      MVMap<Object, Document> documents,
      MVMap<String, Object> meta,
      CursorRegistry cursors) {
    super(database, name, options, documents, meta, cursors);
    this.documents = documents;
  }

  @Override
  public synchronized Document updateDocuments(
      Document selector,
      Document update,
      ArrayFilters filters,
      boolean many,
      boolean upsert,
      Oplog oplog) {
    changing = true;
    try {
      return super.updateDocuments(selector, update, filters, many, upsert, oplog);
    } finally {
      changing = false;
    }
  }

  @Override
  public synchronized Document findAndModify(Document query) {
    changing = true;
    try {
      return super.findAndModify(query);
    } finally {
      changing = false;
    }
  }

  /**
   * What is going to be changed is a copy: the server underneath changes a document field by field
   * before it stores it, while an answer to somebody who reads is written from the same document.
   * Such a reader would get the new version with the old counts, and store them by compare-and-set.
   */
  @Override
  protected QueryResult queryDocuments(
      Document query,
      Document orderBy,
      int numberToSkip,
      int limit,
      int batchSize,
      Document fieldSelector) {
    QueryResult found = candidates(query, orderBy, numberToSkip, limit, batchSize, fieldSelector);
    if (!changing) {
      return found;
    }
    List<Document> copies = new ArrayList<>();
    found.forEach(document -> copies.add(document.cloneDeeply()));
    return new QueryResult(copies);
  }

  private QueryResult candidates(
      Document query,
      Document orderBy,
      int numberToSkip,
      int limit,
      int batchSize,
      Document fieldSelector) {
    Optional<Iterable<Object>> candidates = condition(query).flatMap(this::positions);
    if (candidates.isEmpty()) {
      return super.queryDocuments(query, orderBy, numberToSkip, limit, batchSize, fieldSelector);
    }
    // Ranges come in order of their ids: with nothing to sort, no more is read than the limit asks.
    boolean inOrder = candidates.get() instanceof Range && byId(orderBy);
    return matchDocuments(
        query,
        candidates.get(),
        inOrder ? null : orderBy,
        numberToSkip,
        limit,
        batchSize,
        fieldSelector);
  }

  private static boolean byId(Document orderBy) {
    return orderBy != null
        && orderBy.size() == 1
        && orderBy.get(ID) instanceof Number direction
        && direction.intValue() == 1;
  }

  /** What the filter asks of {@code _id}, at its top or in one of the parts of an {@code $and}. */
  private static Optional<Object> condition(Document query) {
    if (query.containsKey(ID)) {
      return Optional.ofNullable(query.get(ID));
    }
    if (query.get("$and") instanceof Collection<?> parts) {
      for (Object part : parts) {
        if (part instanceof Document document && document.get(ID) != null) {
          return Optional.of(document.get(ID));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Iterable<Object>> positions(Object condition) {
    if (condition instanceof String id) {
      return Optional.of(documents.containsKey(id) ? List.of(id) : List.of());
    }
    if (!(condition instanceof Document operators)) {
      return Optional.empty();
    }
    if (operators.get("$in") instanceof Collection<?> ids
        && ids.stream().allMatch(String.class::isInstance)) {
      return Optional.of(
          ids.stream().distinct().filter(documents::containsKey).map(Object.class::cast).toList());
    }
    Object from = operators.getOrDefault("$gte", operators.get("$gt"));
    Object to = operators.getOrDefault("$lt", operators.get("$lte"));
    return from instanceof String low && to instanceof String high
        ? Optional.of(new Range(documents, low, high))
        : Optional.empty();
  }

  /** Ids from {@code low} to {@code high}, both included: the filter itself is applied later. */
  private record Range(MVMap<Object, Document> documents, String low, String high)
      implements Iterable<Object> {
    @Override
    public Iterator<Object> iterator() {
      return documents.cursor(low, high, false);
    }
  }
}
