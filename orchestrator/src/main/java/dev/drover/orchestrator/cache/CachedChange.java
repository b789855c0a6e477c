package dev.drover.orchestrator.cache;

/**
 * One change for the cache.
 *
 * @param collection one of areas, beacons, merchants, connections
 * @param id the item's id
 * @param json the item as central delivers it, or null when it is deleted
 */
public record CachedChange(String collection, String id, String json) {}
