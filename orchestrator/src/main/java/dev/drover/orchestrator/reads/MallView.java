package dev.drover.orchestrator.reads;

import dev.drover.engine.checksum.Checksums;
import dev.drover.orchestrator.cache.CachePosition;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallEdit;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Optional;

/** The mall's data as its own people see it: the cache, and over it their edits on the way. */
public final class MallView {
  private final EntityCache cache;
  private final Edits edits;

  /** A view on this cache. */
  public MallView(EntityCache cache, Edits edits) {
    this.cache = cache;
    this.edits = edits;
  }

  /**
   * One document.
   *
   * @throws ProtocolException CACHE_NOT_READY; NOT_FOUND for an unknown collection
   */
  public Optional<String> read(String collection, String id) {
    Optional<MallEdit> edit = edits.newest(known(collection), id, base());
    // After the edits: what they lose meanwhile, the cache has.
    Optional<String> cached = cache.read(collection, id);
    return edit.map(newest -> Optional.ofNullable(newest.json())).orElse(cached);
  }

  /**
   * All documents of a collection in the order of their ids, some at a time.
   *
   * @throws ProtocolException as for {@link #read}
   */
  EntityPages pages(String collection) {
    return new EntityPages(cache, edits, this::base, known(collection));
  }

  /** The change number of central that this view stands at; 0 when central gives none. */
  public long base() {
    return CachePosition.number(cache.state().cursor()).orElse(0);
  }

  private static String known(String collection) {
    if (!Checksums.COLLECTIONS.contains(collection)) {
      throw new ProtocolException(ErrorCode.NOT_FOUND, "No such collection: " + collection);
    }
    return collection;
  }
}
