package dev.drover.orchestrator.sync;

import dev.drover.orchestrator.cache.CachedItem;
import dev.drover.orchestrator.cache.EntityCache;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The documents of a collection, page by page, with the edits that are on their way laid over them.
 * Each document is right; what central changes meanwhile is in the pages that come after it.
 */
final class EntityPages {
  private static final int PAGE = 1000;

  private final EntityCache cache;
  private final String collection;
  private final TreeMap<String, Optional<String>> edited =
      new TreeMap<>(
          Comparator.comparing(id -> id.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
  private String after = "";
  private boolean ended;

  /**
   * Before the first page.
   *
   * @param overlay edited documents by id; empty for a deleted one
   */
  EntityPages(EntityCache cache, String collection, Map<String, Optional<String>> overlay) {
    this.cache = cache;
    this.collection = collection;
    edited.putAll(overlay);
  }

  /** Whether all documents were given. */
  boolean ended() {
    return ended;
  }

  /** The next documents in the order of the bytes of their ids; about 1 MiB at the most. */
  List<String> next() {
    List<CachedItem> cached = cache.list(collection, after, PAGE);
    ended = cached.isEmpty();
    if (edited.isEmpty()) {
      after = ended ? after : cached.get(cached.size() - 1).id();
      return cached.stream().map(CachedItem::json).toList();
    }
    TreeMap<String, String> page = new TreeMap<>(edited.comparator());
    cached.forEach(item -> page.put(item.id(), item.json()));
    Map<String, Optional<String>> here = edited;
    if (!ended) {
      after = cached.get(cached.size() - 1).id();
      here = edited.headMap(after, true);
    }
    here.forEach(
        (id, json) -> json.ifPresentOrElse(text -> page.put(id, text), () -> page.remove(id)));
    here.clear();
    return List.copyOf(page.values());
  }
}
