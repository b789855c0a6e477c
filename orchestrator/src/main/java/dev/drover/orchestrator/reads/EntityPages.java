package dev.drover.orchestrator.reads;

import dev.drover.orchestrator.cache.CachedItem;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.Edits.Edited;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * The documents of a collection, page by page, with the edits that are on their way laid over them.
 * Each document is right; what central changes meanwhile is in the pages that come after it.
 */
final class EntityPages {
  private static final int PAGE = 1000;

  /** A page ends with the edited document that reaches so many bytes. */
  private static final int PAGE_BYTES = 1 << 20;

  private static final Comparator<String> BY_BYTES =
      Comparator.comparing(id -> id.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private final EntityCache cache;
  private final Edits edits;
  private final LongSupplier base;
  private final String collection;
  private String after = "";
  private boolean ended;

  /**
   * Before the first page.
   *
   * @param base the change number that the cache stands at
   */
  EntityPages(EntityCache cache, Edits edits, LongSupplier base, String collection) {
    this.cache = cache;
    this.edits = edits;
    this.base = base;
    this.collection = collection;
  }

  /** Whether all documents were given. */
  boolean ended() {
    return ended;
  }

  /**
   * The next documents in the order of the bytes of their ids: about 1 MiB of the cache and 1 MiB
   * of edits at the most.
   */
  List<String> next() {
    List<Edited> edited = edits.overlay(collection, base.getAsLong(), after, PAGE);
    // After the edits: what they lose meanwhile, the cache has.
    List<CachedItem> cached = cache.list(collection, after, PAGE);
    Optional<String> end = end(edited, cached);
    ended = end.isEmpty();
    after = end.orElse(after);
    if (edited.isEmpty()) {
      return cached.stream().map(CachedItem::json).toList();
    }
    TreeMap<String, String> page = new TreeMap<>(BY_BYTES);
    cached.stream()
        .filter(item -> within(item.id(), end))
        .forEach(item -> page.put(item.id(), item.json()));
    edited.stream()
        .filter(edit -> within(edit.itemId(), end))
        .forEach(edit -> put(page, edit.itemId(), document(edit)));
    return List.copyOf(page.values());
  }

  /** The last id of the page; empty when nothing comes after it. */
  private static Optional<String> end(List<Edited> edited, List<CachedItem> cached) {
    Optional<String> end =
        cached.isEmpty() ? Optional.empty() : Optional.of(cached.get(cached.size() - 1).id());
    long bytes = 0;
    for (Edited edit : edited) {
      if (!within(edit.itemId(), end)) {
        return end;
      }
      bytes += edit.bytes();
      if (bytes >= PAGE_BYTES) {
        return Optional.of(edit.itemId());
      }
    }
    return edited.size() < PAGE ? end : Optional.of(edited.get(PAGE - 1).itemId());
  }

  private static boolean within(String id, Optional<String> end) {
    return end.isEmpty() || BY_BYTES.compare(id, end.get()) <= 0;
  }

  private Optional<String> document(Edited edited) {
    return edits
        .find(edited.seq())
        .map(edit -> Optional.ofNullable(edit.json()))
        .orElseGet(() -> cache.read(collection, edited.itemId()));
  }

  private static void put(TreeMap<String, String> page, String id, Optional<String> document) {
    document.ifPresentOrElse(text -> page.put(id, text), () -> page.remove(id));
  }
}
