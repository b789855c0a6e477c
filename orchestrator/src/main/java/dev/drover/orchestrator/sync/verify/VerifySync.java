package dev.drover.orchestrator.sync.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.orchestrator.cache.CachePosition;
import dev.drover.orchestrator.cache.CacheState;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.sync.Agreement;
import dev.drover.orchestrator.sync.SyncCalls;
import dev.drover.orchestrator.sync.SyncMetrics;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.orchestrator.sync.SyncRun;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.camel.Exchange;

/**
 * The steps of a verification (document 1, section 3.3; R-12; document 2, step 4: {@code
 * verify_checksum}). They say what the comparison found; what follows from it is the flow's choice.
 */
public final class VerifySync {
  /**
   * Exchange property: {@code equal}; {@code behind}: central is ahead, so two moments were
   * compared; {@code one}: one collection differs; {@code several}: more, or it cannot be said.
   */
  public static final String OUTCOME = "DroverSyncOutcome";

  /**
   * Exchange property: false when the cache's file is lost, so that there is nothing to compare.
   */
  public static final String READABLE = "DroverCacheReadable";

  /** Exchange property: the collections that differ. */
  public static final String DIFFERING = "DroverSyncDiffering";

  private static final String KIND = "verify";
  private static final String MISMATCH = "checksum_mismatch";
  private static final String CAUGHT_UP = "DroverSyncCaughtUp";
  private static final String SERVER_GLOBAL = "DroverSyncServerGlobal";

  private final EntityCache cache;
  private final SyncPlan plan;
  private final Agreement agreement;
  private final SyncMetrics metrics;
  private final String entityId;
  private final Clock clock;

  /** The steps on this cache. */
  public VerifySync(
      EntityCache cache,
      SyncPlan plan,
      Agreement agreement,
      SyncMetrics metrics,
      String entityId,
      Clock clock) {
    this.cache = cache;
    this.plan = plan;
    this.agreement = agreement;
    this.metrics = metrics;
    this.entityId = entityId;
    this.clock = clock;
  }

  /** Begins a verification: first, whether the cache's file holds what was written into it. */
  public void begin(Exchange exchange) {
    SyncRun.begin(exchange, KIND);
    plan.attempt(exchange, SyncPlan.Need.VERIFY);
    exchange.removeProperty(CAUGHT_UP);
    exchange.removeProperty(DIFFERING);
    exchange.removeProperty(ProtocolLog.RECORDS);
    cache.check();
    exchange.setProperty(READABLE, cache.state().ready());
  }

  /** Writes the request for central's checksums. */
  public void ask(Exchange exchange) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("entity_id", entityId);
    SyncCalls.ask(exchange, query);
  }

  /** Compares central's checksums with the cache's; sets {@link #OUTCOME}. */
  public void compare(Exchange exchange) {
    JsonNode answer = SyncCalls.answer(exchange, SyncRun.of(exchange, KIND));
    JsonNode checksums = answer.path("checksums");
    exchange.setProperty(SERVER_GLOBAL, SyncCalls.text(checksums, "global"));
    boolean caughtUp = exchange.getProperty(CAUGHT_UP, false, Boolean.class);
    CacheState state = cache.state();
    String outcome;
    if (!Checksums.ALGORITHM.equals(answer.path("checksum_algorithm").asText())) {
      // Central counts in a way of its own: what it told with the last sync is compared.
      boolean equal = checksums.path("global").asText().equals(state.serverChecksum());
      exchange.setProperty(SERVER_GLOBAL, cache.global());
      outcome = equal ? "equal" : caughtUp ? "several" : "behind";
    } else {
      List<String> differing =
          Checksums.COLLECTIONS.stream()
              .filter(name -> !cache.root(name).equals(checksums.path(name).asText()))
              .toList();
      exchange.setProperty(DIFFERING, differing);
      outcome = outcome(differing, state.cursor(), SyncCalls.text(answer, "cursor"), caughtUp);
    }
    exchange.setProperty(OUTCOME, outcome);
    exchange.setProperty(CAUGHT_UP, true);
  }

  private static String outcome(
      List<String> differing, String ownCursor, String serverCursor, boolean caughtUp) {
    if (differing.isEmpty()) {
      return "equal";
    }
    OptionalLong own = CachePosition.number(ownCursor);
    OptionalLong server = CachePosition.number(serverCursor);
    if (own.isPresent() && server.isPresent()) {
      long ahead = server.getAsLong() - own.getAsLong();
      // A central that stands before the cache has lost changes: its log cannot tell which.
      return ahead > 0 ? "behind" : ahead < 0 ? "several" : count(differing);
    }
    return caughtUp || differing.size() > 1 ? count(differing) : "behind";
  }

  private static String count(List<String> differing) {
    return differing.size() == 1 ? "one" : "several";
  }

  /** The cache is what central has. */
  public void verified(Exchange exchange) {
    cache.verified(clock.instant(), exchange.getProperty(SERVER_GLOBAL, String.class));
    agreement.equal();
    plan.agreed();
    finish(exchange);
  }

  /** Central moved on meanwhile: it stays wanted, and is tried again after a pause. */
  public void later(Exchange exchange) {
    metrics.count(SyncRun.of(exchange, KIND));
    plan.wantDelta();
  }

  /**
   * Only a full sync helps; when it did not help before, the next one waits for longer each time.
   */
  public void needsFull(Exchange exchange) {
    finish(exchange);
    List<?> differing = exchange.getProperty(DIFFERING, List.of("global"), List.class);
    if (agreement.differs("these checksums are not central's: " + differing)) {
      plan.wantFullLater(MISMATCH);
    } else {
      plan.wantFull(MISMATCH);
    }
  }

  private void finish(Exchange exchange) {
    metrics.count(SyncRun.of(exchange, KIND));
    plan.done(exchange, SyncPlan.Need.VERIFY);
  }
}
