package dev.drover.orchestrator.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A page of a collection: the items that the digest wants, each found and opened, and the ids that
 * are missing, too many, or do not hold what they should.
 */
record CachePage(List<CachedItem> items, Set<String> wrong, List<String> wanted) {
  /** Reads rows of a collection, wherever from. */
  @FunctionalInterface
  interface Source {
    /** The rows after one id up to another one (null: to the end), at most so many. */
    List<CacheFile.Row> range(String after, String to, int limit);
  }

  /** Compares the page after an id with what the digest says. */
  static CachePage read(
      CacheFile file, View view, String collection, String after, int limit, Source source) {
    List<String> wanted = view.digest().ids(collection, after, limit);
    String last = wanted.size() < limit ? null : wanted.get(wanted.size() - 1);
    List<CachedItem> items = new ArrayList<>(wanted.size());
    Set<String> wrong = new TreeSet<>(wanted);
    // One row more than wanted is enough to see that there are too many.
    for (CacheFile.Row row : source.range(after, last, wanted.size() + 1)) {
      String id = String.valueOf(row.id());
      byte[] hash = view.digest().hash(collection, id);
      Optional<CacheFile.Content> content = file.open(collection, id, row.sealed());
      if (hash != null && content.isPresent() && Arrays.equals(hash, content.get().hash())) {
        if (wrong.remove(id)) {
          items.add(new CachedItem(id, content.get().json()));
        }
      } else {
        wrong.add(id);
      }
    }
    if (wrong.isEmpty() && !items.stream().map(CachedItem::id).toList().equals(wanted)) {
      // All there, but not in order: a tree that has lost its order finds nothing reliably.
      wrong.addAll(wanted);
    }
    return new CachePage(items, wrong, wanted);
  }

  boolean isRight() {
    return wrong.isEmpty();
  }

  boolean isLast(int limit) {
    return wanted.size() < limit;
  }

  String lastId() {
    return wanted.get(wanted.size() - 1);
  }
}
