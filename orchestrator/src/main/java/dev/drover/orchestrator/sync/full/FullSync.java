package dev.drover.orchestrator.sync.full;

import dev.drover.engine.checksum.Checksums;
import dev.drover.orchestrator.cache.CachePosition;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.cache.Replacement;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.central.CentralAwayException;
import dev.drover.orchestrator.store.MallSettings;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.Untold;
import dev.drover.orchestrator.sync.Agreement;
import dev.drover.orchestrator.sync.ItemBytes;
import dev.drover.orchestrator.sync.SyncCalls;
import dev.drover.orchestrator.sync.SyncMetrics;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.orchestrator.sync.SyncRun;
import dev.drover.orchestrator.sync.delta.AffectedBeacons;
import dev.drover.orchestrator.sync.delta.DeltaSync;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * The steps of a full sync (document 1, section 3.1; document 2, step 4: {@code sync_full}). The
 * new data is written beside the old one; what fails is thrown away when the next attempt begins.
 */
public final class FullSync {
  private static final String KIND = "full";
  private static final String MARK = "DroverSyncResyncMark";
  private static final String ANSWER = "DroverSyncAnswer";

  private final EntityCache cache;
  private final MallStore store;
  private final Untold untold;
  private final AffectedBeacons affected;
  private final SyncPlan plan;
  private final Agreement agreement;
  private final SyncMetrics metrics;
  private final String entityId;
  private final int pageSize;
  private final long maxItem;
  private Replacement replacement;

  /**
   * The steps on this cache.
   *
   * @param pageSize items of a page; 0 for all in one answer
   * @param maxItem the most bytes of one document
   */
  public FullSync(
      EntityCache cache,
      MallStore store,
      Untold untold,
      AffectedBeacons affected,
      SyncPlan plan,
      Agreement agreement,
      SyncMetrics metrics,
      String entityId,
      int pageSize,
      long maxItem) {
    this.cache = cache;
    this.store = store;
    this.untold = untold;
    this.affected = affected;
    this.plan = plan;
    this.agreement = agreement;
    this.metrics = metrics;
    this.entityId = entityId;
    this.pageSize = pageSize;
    this.maxItem = maxItem;
  }

  /** Begins new data beside the present one; an unfinished attempt is thrown away. */
  public void begin(Exchange exchange) {
    SyncRun.begin(exchange, KIND);
    plan.attempt(exchange, SyncPlan.Need.FULL);
    exchange.setProperty(MARK, store.settings().get(MallSettings.RESYNC).orElse(null));
    exchange.setProperty(DeltaSync.MORE, true);
    exchange.removeProperty(ANSWER);
    if (replacement != null) {
      replacement.close();
    }
    replacement = cache.replace();
  }

  /**
   * Writes the request for everything, or for the next page of it.
   *
   * @param order each collection once, in the order in which central shall send them
   * @throws IllegalArgumentException when one is missing, unknown or named twice
   */
  public void ask(Exchange exchange, String order) {
    List<String> names = List.of(order.split(","));
    if (names.size() != Checksums.COLLECTIONS.size() || !names.containsAll(Checksums.COLLECTIONS)) {
      throw new IllegalArgumentException(
          "the order of a full sync is \"" + order + "\"; name each of " + Checksums.COLLECTIONS);
    }
    FullAnswer before = exchange.getProperty(ANSWER, FullAnswer.class);
    Map<String, String> query = new LinkedHashMap<>();
    query.put("entity_id", entityId);
    query.put("include", order);
    query.put("format", "compact");
    if (pageSize > 0) {
      query.put("limit", String.valueOf(pageSize));
    }
    if (before != null) {
      query.put("cursor", before.text("next_cursor"));
    }
    SyncCalls.ask(exchange, query);
  }

  /**
   * Takes an answer while it comes.
   *
   * @throws CentralAwayException when it breaks off
   * @throws CentralAnswerException when it is not as described, or another mall's
   */
  public void receive(Exchange exchange) {
    SyncRun run = SyncRun.of(exchange, KIND);
    FullAnswer answer;
    try (ItemBytes in = run.open(exchange, maxItem)) {
      answer = FullAnswer.read(in, replacement, run::moved, entityId);
    } catch (IOException e) {
      throw new CentralAnswerException("central's answer cannot be read: " + e.getMessage(), e);
    } finally {
      // What is read to its end, or broken, is no body for the steps that follow.
      exchange.getMessage().setBody(null);
    }
    exchange.setProperty(ANSWER, answer);
    exchange.setProperty(
        DeltaSync.MORE,
        Boolean.parseBoolean(answer.text("has_more")) && answer.text("next_cursor") != null);
  }

  /**
   * Compares the new data with the checksum that came with it.
   *
   * @throws IllegalStateException when they differ: the old data stays
   */
  public void compare(Exchange exchange) {
    FullAnswer answer = exchange.getProperty(ANSWER, FullAnswer.class);
    boolean ours = Checksums.ALGORITHM.equals(answer.text("checksum_algorithm"));
    if (ours && !replacement.global().equals(answer.text("checksum"))) {
      String cause =
          "the data is " + replacement.global() + ", central says " + answer.text("checksum");
      agreement.contradicts(cause);
      throw new IllegalStateException(cause);
    }
  }

  /** Puts the new data in the place of the old one, in one step. */
  public void commit(Exchange exchange) {
    FullAnswer answer = exchange.getProperty(ANSWER, FullAnswer.class);
    String cursor = answer.text("cursor");
    untold.addAll();
    replacement.commit(
        cursor == null ? CachePosition.since(answer.text("timestamp")) : cursor,
        answer.text("checksum"));
    replacement = null;
    affected.forget();
  }

  /** Ends a full sync: nobody asks for it any more, unless somebody did meanwhile. */
  public void finish(Exchange exchange) {
    String mark = exchange.getProperty(MARK, String.class);
    if (mark != null) {
      store.settings().resynced(mark);
    }
    SyncRun run = SyncRun.of(exchange, KIND);
    metrics.count(run);
    run.tell(exchange);
    plan.done(exchange, SyncPlan.Need.FULL);
    agreement.fetched();
    // What changed while the data came, and a look whether it is right, follow at once.
    plan.wantDelta();
    plan.wantVerify();
  }
}
