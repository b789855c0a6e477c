package dev.drover.orchestrator.cache;

import java.time.Instant;

/**
 * Where the cache stands.
 *
 * @param ready whether there is a mall to read; else a full sync is needed
 * @param cursor central's change number that the data stands at; null before the first full sync
 * @param syncedAt when a full or delta sync was stored last; null before the first
 * @param verifiedAt when the checksums were found equal to central's; null before the first time
 * @param serverChecksum the global root that central told last; null before the first sync
 * @param entityId the mall
 * @param damagedBuckets how many buckets cannot be read until they are repaired
 * @param reason why it is not ready, for people; null when it is
 */
public record CacheState(
    boolean ready,
    String cursor,
    Instant syncedAt,
    Instant verifiedAt,
    String serverChecksum,
    String entityId,
    int damagedBuckets,
    String reason) {}
