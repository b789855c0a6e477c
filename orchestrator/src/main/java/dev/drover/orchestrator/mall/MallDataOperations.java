package dev.drover.orchestrator.mall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.guard.Promises;
import dev.drover.orchestrator.cache.CacheState;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Json;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/** What operators ask of the mall's data. */
public final class MallDataOperations {
  private final EntityCache cache;
  private final MallStore store;
  private final Edits edits;

  /** Operations on this cache. */
  public MallDataOperations(EntityCache cache, MallStore store, Edits edits) {
    this.cache = cache;
    this.store = store;
    this.edits = edits;
  }

  /** Answers {@code POST /api/orchestrator/resync}: 202, a full sync is stored as wanted. */
  public void resync(Exchange exchange) {
    Promises.store(exchange, "mall", () -> storeWish(exchange));
  }

  private void storeWish(Exchange exchange) {
    store
        .settings()
        .set(Map.of(MallSettings.RESYNC, Optional.of(MallSettings.resyncMark("operator"))));
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
    exchange.getMessage().setBody("{\"status\":\"accepted\"}");
  }

  /** Where the mall's data stands. */
  public ObjectNode state() {
    CacheState state = cache.state();
    ObjectNode sync = Json.MAPPER.createObjectNode();
    sync.put("ready", state.ready());
    sync.put("reason", state.reason());
    sync.put("cursor", state.cursor());
    sync.put("synced_at", text(state.syncedAt()));
    sync.put("verified_at", text(state.verifiedAt()));
    sync.put("damaged_buckets", state.damagedBuckets());
    sync.put("checksum", state.ready() ? cache.global() : null);
    sync.put("pending_edits", edits.pending());
    sync.put("conflicts", edits.conflictCount());
    return sync;
  }

  private static String text(Instant at) {
    return at == null ? null : at.toString();
  }
}
