package dev.drover.orchestrator.cache;

import dev.drover.orchestrator.database.SealedTable;
import java.util.List;

/** Where the cache keeps sealed values, and for which id each is sealed. */
final class CacheTables {
  private CacheTables() {}

  static List<SealedTable> of(String entityId, SealedTable.Transactions transactions) {
    return List.of(
        new SealedTable(
            "meta",
            List.of("name"),
            "value",
            CacheFile.META,
            keys -> entityId + "/" + keys.get(0),
            transactions),
        new SealedTable(
            "items",
            List.of("generation", "collection", "id"),
            "value",
            CacheFile.ITEM,
            keys -> keys.get(1) + "/" + keys.get(2),
            transactions));
  }
}
