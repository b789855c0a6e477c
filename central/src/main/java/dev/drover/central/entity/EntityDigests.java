package dev.drover.central.entity;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The checksums of the entities that this process told of lately. Each knows up to which change it
 * stands: what other processes changed is caught up from the history, so no process trusts a stale
 * one.
 */
final class EntityDigests {
  private static final int KEPT = 1000;
  private static final long LONGEST_CATCH_UP = 5000;

  private record Standing(EntityDigest digest, long seq) {}

  private final EntityChanges changes;
  private final Map<String, Standing> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Standing> eldest) {
          return size() > KEPT;
        }
      };

  EntityDigests(EntityChanges changes) {
    this.changes = changes;
  }

  /** The global checksum of an entity whose changes are applied up to {@code seq}. */
  synchronized String checksum(String entityId, long seq) {
    Standing standing = known.get(entityId);
    EntityDigest digest;
    if (standing == null || seq < standing.seq() || seq - standing.seq() > LONGEST_CATCH_UP) {
      digest = new EntityDigest();
      changes.hashes(entityId, digest::set);
    } else {
      digest = standing.digest();
      for (Change change : changes.between(entityId, standing.seq(), seq)) {
        byte[] hash = change.json() == null ? null : Checksums.item(change.json());
        digest.set(change.item().collection(), change.item().id(), hash);
      }
    }
    known.put(entityId, new Standing(digest, seq));
    return digest.global();
  }
}
