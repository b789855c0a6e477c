package dev.drover.orchestrator.cache;

import java.nio.charset.StandardCharsets;
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
record CachePage(List<CachedItem> items, Set<String> wrong, List<String> wanted, boolean last) {
  /** Reads rows of a collection, wherever from. */
  @FunctionalInterface
  interface Source {
    /** The rows after one id up to another one (null: to the end), at most so many. */
    List<CacheFile.Row> range(String after, String to, int limit);
  }

  /**
   * Compares the page after an id with what the digest says. It has at most so many items, and no
   * more than {@link CacheFile#PAGE_BYTES} of them.
   */
  static CachePage read(
      CacheFile file, View view, String collection, String after, int limit, Source source) {
    List<String> wanted = view.digest().ids(collection, after, limit);
    boolean ends = wanted.size() < limit;
    String last = ends ? null : wanted.get(wanted.size() - 1);
    // One row more than wanted is enough to see that there are too many.
    List<CacheFile.Row> rows = source.range(after, last, wanted.size() + 1);
    if (rows.stream().mapToLong(CacheFile.Row::size).sum() >= CacheFile.PAGE_BYTES) {
      // The page ends before the rows do; what is missing behind its end is the next page's matter.
      int reached = upTo(wanted, String.valueOf(rows.get(rows.size() - 1).id()));
      ends = ends && reached == wanted.size();
      wanted = wanted.subList(0, reached);
    }
    List<CachedItem> items = new ArrayList<>(rows.size());
    Set<String> wrong = new TreeSet<>(wanted);
    for (CacheFile.Row row : rows) {
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
    return new CachePage(items, wrong, wanted, ends);
  }

  /** How many ids, in the order of their bytes, are not behind this one; at least one. */
  private static int upTo(List<String> ids, String last) {
    byte[] end = last.getBytes(StandardCharsets.UTF_8);
    int count = 0;
    while (count < ids.size()
        && Arrays.compareUnsigned(ids.get(count).getBytes(StandardCharsets.UTF_8), end) <= 0) {
      count++;
    }
    return Math.max(count, Math.min(1, ids.size()));
  }

  boolean isRight() {
    return wrong.isEmpty();
  }

  String lastId() {
    return wanted.get(wanted.size() - 1);
  }
}
