package dev.drover.orchestrator.mall;

import dev.drover.engine.guard.Promises;
import dev.drover.orchestrator.cache.CacheState;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Json;
import dev.drover.proto.navign.Accepted;
import dev.drover.proto.navign.MallStateAnswer;
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
    exchange.getMessage().setBody(Json.text(new Accepted("accepted", null)));
  }

  /** Where the mall's data stands. */
  public MallStateAnswer.Sync state() {
    CacheState state = cache.state();
    return new MallStateAnswer.Sync(
        state.ready(),
        state.reason(),
        state.cursor(),
        state.syncedAt(),
        state.verifiedAt(),
        state.damagedBuckets(),
        state.ready() ? cache.global() : null,
        edits.pending(),
        edits.conflictCount());
  }
}
