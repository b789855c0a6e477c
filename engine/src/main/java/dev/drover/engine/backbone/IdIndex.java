package dev.drover.engine.backbone;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map.Entry;
import org.h2.mvstore.MVMap;

/**
 * The index of {@code _id}. A document is kept under its id, so for a text id the documents are
 * their own index; ids of other types, of which some are equal without being the same (1 and 1.0),
 * are in a map beside it.
 */
final class IdIndex extends AbstractUniqueIndex<Object> {
  private static final String ID = "_id";

  private final MVMap<Object, Document> documents;
  private final MVMap<KeyValue, Object> others;

  /**
   * An index of these documents.
   *
   * @param others ids that are no text, normalised; when empty it is filled from the documents
   */
  IdIndex(
      String name,
      List<IndexKey> keys,
      MVMap<Object, Document> documents,
      MVMap<KeyValue, Object> others) {
    super(name, keys, false);
    this.documents = documents;
    this.others = others;
    if (others.isEmpty() && !onlyTexts()) {
      documents.keyIterator(null).forEachRemaining(this::note);
    }
  }

  /** Keys are ordered by their types first. */
  private boolean onlyTexts() {
    return documents.isEmpty()
        || documents.firstKey() instanceof String && documents.lastKey() instanceof String;
  }

  private void note(Object id) {
    if (!(id instanceof String)) {
      others.put(new KeyValue(id instanceof Missing ? null : id).normalized(), id);
    }
  }

  @Override
  protected Object getPosition(KeyValue key) {
    if (key.get(0) instanceof String id) {
      return documents.containsKey(id) ? id : null;
    }
    return others.get(key);
  }

  @Override
  public void add(Document document, Object position, MongoCollection<Object> collection) {
    // The document itself is there already.
    if (!(position instanceof String)) {
      super.add(document, position, collection);
    }
  }

  @Override
  protected boolean putKeyPosition(KeyValue key, Object position) {
    return others.putIfAbsent(key, Missing.ofNullable(position)) == null;
  }

  @Override
  protected Object removeDocument(KeyValue key) {
    return key.get(0) instanceof String ? getPosition(key) : others.remove(key);
  }

  @Override
  protected Iterable<Entry<KeyValue, Object>> getIterable() {
    List<Entry<KeyValue, Object>> entries = new ArrayList<>();
    documents
        .keyIterator(null)
        .forEachRemaining(id -> entries.add(new SimpleImmutableEntry<>(new KeyValue(id), id)));
    return entries;
  }

  @Override
  public long getCount() {
    return documents.sizeAsLong();
  }

  /** Never: an empty one would be filled with documents that are there. */
  @Override
  public boolean isEmpty() {
    return false;
  }

  @Override
  public long getDataSize() {
    return getCount();
  }

  @Override
  public void drop() {
    others.clear();
  }
}
