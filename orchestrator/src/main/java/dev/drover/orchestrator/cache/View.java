package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.EntityDigest;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;

/**
 * What readers go by: one state of the cache, never changed. Its digest says which items there are
 * and what they hash to; a row that says anything else is damaged, or is of another state.
 */
record View(CacheRecord record, EntityDigest digest) {
  /** Refuses unless there is a whole mall. */
  void requireReady() {
    if (!record.ready()) {
      throw notReady("The mall has no data yet: " + record.reason());
    }
  }

  /** Refuses unless this item, or that there is none, is known for certain. */
  void requireItem(String collection, String id) {
    requireReady();
    if (record.isDamaged(collection, EntityDigest.bucketOf(id))) {
      throw damaged(collection);
    }
  }

  /** Refuses unless the collection is known completely. */
  void requireAll(String collection) {
    requireReady();
    if (record.isDamaged(collection)) {
      throw damaged(collection);
    }
  }

  static ProtocolException damaged(String collection) {
    return notReady(
        "A part of the mall's " + collection + " was damaged here and is being fetched again");
  }

  static ProtocolException notReady(String message) {
    return new ProtocolException(ErrorCode.CACHE_NOT_READY, message);
  }
}
