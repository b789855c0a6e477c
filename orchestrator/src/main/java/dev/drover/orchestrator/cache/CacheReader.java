package dev.drover.orchestrator.cache;

import dev.drover.proto.ProtocolException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads items without a lock, and gives out only what is right. */
final class CacheReader {
  private final CacheContent content;

  CacheReader(CacheContent content) {
    this.content = content;
  }

  Optional<String> read(String collection, String id) {
    return certainly(
        now -> {
          now.requireItem(collection, id);
          byte[] hash = now.digest().hash(collection, id);
          if (hash == null) {
            return new Finding<>(Optional.empty(), Set.of());
          }
          CacheFile file = content.file();
          Optional<String> json =
              file.value(now.record().generation(), collection, id)
                  .flatMap(value -> file.open(collection, id, value))
                  .filter(found -> Arrays.equals(found.hash(), hash))
                  .map(CacheFile.Content::json);
          return new Finding<>(json, json.isPresent() ? Set.of() : Set.of(id));
        },
        collection);
  }

  List<CachedItem> list(String collection, String afterId, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("A page has at least one item");
    }
    return certainly(
        now -> {
          now.requireAll(collection);
          long generation = now.record().generation();
          CacheFile file = content.file();
          CachePage page =
              CachePage.read(
                  file,
                  now,
                  collection,
                  afterId,
                  limit,
                  (after, to, most) -> file.range(generation, collection, after, to, most));
          return new Finding<>(page.items(), page.wrong());
        },
        collection);
  }

  /** What was read, and the ids that are not what they should be. */
  private record Finding<T>(T value, Set<String> wrong) {}

  @FunctionalInterface
  private interface Reading<T> {
    Finding<T> of(View view);
  }

  /**
   * Reads without a lock. What then seems wrong may only have been changed meanwhile, so it is read
   * again while nobody writes; if it is still wrong, it is damaged.
   */
  private <T> T certainly(Reading<T> reading, String collection) {
    try {
      Finding<T> first = reading.of(content.view());
      if (first.wrong.isEmpty()) {
        return first.value;
      }
    } catch (ProtocolException | IllegalArgumentException e) {
      throw e;
    } catch (RuntimeException e) {
      // The file may have been set aside meanwhile.
    }
    synchronized (content) {
      Finding<T> second = content.guarded(() -> reading.of(content.view()));
      if (second.wrong.isEmpty()) {
        return second.value;
      }
      content.damaged(collection, second.wrong);
      throw View.damaged(collection);
    }
  }
}
