package dev.drover.orchestrator.cache;

/**
 * An item of the cache.
 *
 * @param id its id
 * @param json the item as central delivered it
 */
public record CachedItem(String id, String json) {}
