package dev.drover.orchestrator.sync;

import dev.drover.engine.checksum.Checksums;
import dev.drover.orchestrator.cache.CachedItem;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.store.Edits;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The mall's data as its own people see it: the cache, and over it their edits on the way. */
public final class EntityView {
  private final EntityCache cache;
  private final Edits edits;

  /** A view on this cache. */
  public EntityView(EntityCache cache, Edits edits) {
    this.cache = cache;
    this.edits = edits;
  }

  /**
   * One document.
   *
   * @throws ProtocolException CACHE_NOT_READY; NOT_FOUND for an unknown collection
   */
  public Optional<String> read(String collection, String id) {
    Optional<String> cached = cache.read(known(collection), id);
    Map<String, Optional<String>> overlay = edits.overlay(collection, base());
    return overlay.getOrDefault(id, cached);
  }

  /**
   * All documents of a collection in the order of their ids.
   *
   * @throws ProtocolException as for {@link #read}
   */
  public List<String> list(String collection) {
    List<CachedItem> cached = cache.list(known(collection), "", Integer.MAX_VALUE);
    Map<String, Optional<String>> overlay = edits.overlay(collection, base());
    if (overlay.isEmpty()) {
      return cached.stream().map(CachedItem::json).toList();
    }
    // As the cache itself: in the order of the bytes of the ids.
    TreeMap<String, String> all =
        new TreeMap<>(
            Comparator.comparing(
                id -> id.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
    cached.forEach(item -> all.put(item.id(), item.json()));
    overlay.forEach(
        (id, json) -> json.ifPresentOrElse(text -> all.put(id, text), () -> all.remove(id)));
    return List.copyOf(all.values());
  }

  /** The change number of central that this view stands at; 0 when central gives none. */
  public long base() {
    return Cursors.number(cache.state().cursor()).orElse(0);
  }

  private static String known(String collection) {
    if (!Checksums.COLLECTIONS.contains(collection)) {
      throw new ProtocolException(ErrorCode.NOT_FOUND, "No such collection: " + collection);
    }
    return collection;
  }
}
