package dev.drover.orchestrator.sync.delta;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.checksum.Checksums;
import dev.drover.orchestrator.cache.CachePosition;
import dev.drover.orchestrator.cache.CachedChange;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.central.CentralAwayException;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.Untold;
import dev.drover.orchestrator.sync.DeltaBudget;
import dev.drover.orchestrator.sync.ItemBytes;
import dev.drover.orchestrator.sync.SyncCalls;
import dev.drover.orchestrator.sync.SyncMetrics;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.orchestrator.sync.SyncRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of a delta sync (document 1, section 3.2; document 2, step 4: {@code sync_delta}). */
public final class DeltaSync {
  /** Exchange property: whether a page is to be asked for. */
  public static final String MORE = "DroverSyncMore";

  /** Exchange property: whether the last page is in the cache. */
  public static final String COMPLETE = "DroverSyncComplete";

  /** Exchange property: whether the cache's root is the one that central told. */
  public static final String EQUAL = "DroverSyncEqual";

  private static final Logger LOG = LoggerFactory.getLogger(DeltaSync.class);
  private static final String KIND = "delta";

  /** Documents of a part of a page, in characters. */
  private static final long PART_CHARS = 2 << 20;

  private static final String COVERED = "DroverSyncCoveredAcks";
  private static final String NEW_CHECKSUM = "DroverSyncNewChecksum";

  private final EntityCache cache;
  private final AckQueue acks;
  private final Untold untold;
  private final AffectedBeacons affected;
  private final DeltaBudget budget;
  private final SyncPlan plan;
  private final SyncMetrics metrics;
  private final String entityId;
  private final int limit;
  private final long maxItem;
  private volatile long settled;

  /**
   * The steps on this cache.
   *
   * @param limit the largest page to ask for
   * @param maxItem the most bytes of one change
   */
  public DeltaSync(
      EntityCache cache,
      AckQueue acks,
      Untold untold,
      AffectedBeacons affected,
      DeltaBudget budget,
      SyncPlan plan,
      SyncMetrics metrics,
      String entityId,
      int limit,
      long maxItem) {
    this.cache = cache;
    this.acks = acks;
    this.untold = untold;
    this.affected = affected;
    this.budget = budget;
    this.plan = plan;
    this.metrics = metrics;
    this.entityId = entityId;
    this.limit = limit;
    this.maxItem = maxItem;
  }

  /** Begins a delta: it covers the events that came before its first request. */
  public void begin(Exchange exchange) {
    SyncRun.begin(exchange, KIND);
    plan.attempt(exchange, SyncPlan.Need.DELTA);
    exchange.setProperty(COVERED, acks.lastOwed());
    exchange.setProperty(MORE, true);
    exchange.setProperty(COMPLETE, false);
  }

  /**
   * Takes the permission for one more request; without it the delta goes on later. Trying it again
   * after a failure takes none: that did not get as far as central's own count, as a rule, and the
   * pauses that grow with each permission would hold up what comes after an outage. Where it did,
   * central answers 429, and its pause is kept.
   */
  public void permit(Exchange exchange) {
    if (!budget.take()) {
      exchange.setProperty(MORE, false);
      plan.wantDelta();
    }
  }

  /** Writes the request for the next page. */
  public void ask(Exchange exchange) {
    String cursor = cache.state().cursor();
    Map<String, String> query = new LinkedHashMap<>();
    query.put("entity_id", entityId);
    query.put(CachePosition.parameter(cursor), CachePosition.value(cursor));
    query.put("limit", String.valueOf(limit));
    SyncCalls.ask(exchange, query);
  }

  /** Central cannot continue from this cursor: the delta ends, and is not complete. */
  public void giveUp(Exchange exchange) {
    exchange.setProperty(MORE, false);
  }

  /**
   * Stores a page while it comes: a large one in parts under the cursor before it, so that it comes
   * again when it breaks off; with its last part the cursor after it, in one transaction.
   *
   * @throws CentralAwayException when the answer breaks off
   * @throws CentralAnswerException when it is not as described, or another mall's
   */
  public void store(Exchange exchange) {
    SyncRun run = SyncRun.of(exchange, KIND);
    String before = cache.state().cursor();
    List<CachedChange> part = new ArrayList<>();
    DeltaAnswer answer;
    try (ItemBytes in = run.open(exchange, maxItem)) {
      answer =
          DeltaAnswer.read(
              in,
              (head, change) -> {
                change(change, run).ifPresent(part::add);
                if (part.stream().mapToLong(DeltaSync::size).sum() >= PART_CHARS) {
                  // Nothing is written before it is known whose changes they are.
                  head.requireEntity();
                  write(part, before, null);
                  part.clear();
                }
              },
              entityId);
    } catch (IOException e) {
      throw new CentralAnswerException("central's answer cannot be read: " + e.getMessage(), e);
    } finally {
      // What is read to its end, or broken, is no body for the steps that follow.
      exchange.getMessage().setBody(null);
    }
    String cursor = cursor(answer);
    boolean more = Boolean.parseBoolean(answer.text("has_more"));
    if (more && cursor.equals(before)) {
      throw new CentralAnswerException("central says has_more and does not move the cursor");
    }
    String checksum = answer.text("new_checksum");
    write(part, cursor, checksum);
    boolean ours = Checksums.ALGORITHM.equals(answer.text("checksum_algorithm"));
    exchange.setProperty(NEW_CHECKSUM, ours ? checksum : null);
    exchange.setProperty(MORE, more);
    exchange.setProperty(COMPLETE, !more);
  }

  private static long size(CachedChange change) {
    return 100 + (change.json() == null ? 0 : change.json().length());
  }

  private void write(List<CachedChange> page, String cursor, String checksum) {
    // Written down first: a change that is in the cache was never forgotten to be told.
    for (String collection : Checksums.COLLECTIONS) {
      untold.add(
          collection,
          page.stream()
              .filter(change -> change.collection().equals(collection))
              .map(CachedChange::id)
              .toList());
    }
    cache.apply(page, cursor, checksum);
    affected.changed(page);
  }

  private static String cursor(DeltaAnswer answer) {
    String cursor = answer.text("cursor");
    String next = cursor == null ? answer.text("next_cursor") : cursor;
    String timestamp = answer.text("timestamp");
    return next == null ? CachePosition.since(timestamp == null ? "" : timestamp) : next;
  }

  private static Optional<CachedChange> change(JsonNode change, SyncRun run) {
    String collection = change.path("type").asText() + "s";
    String operation = change.path("operation").asText();
    String id = change.path("id").asText();
    boolean written = operation.equals("create") || operation.equals("update");
    JsonNode data = change.path("data");
    boolean known =
        Checksums.COLLECTIONS.contains(collection)
            && !id.isEmpty()
            && (operation.equals("delete") || written && data.isObject());
    if (known) {
      run.moved(collection);
      return Optional.of(new CachedChange(collection, id, written ? data.toString() : null));
    }
    LOG.warn(
        "a change that this mall does not know is skipped: {} {} {}", operation, collection, id);
    return Optional.empty();
  }

  /** Sets {@link #EQUAL}: does the cache have what central says it should have now? */
  public void compare(Exchange exchange) {
    String told = exchange.getProperty(NEW_CHECKSUM, String.class);
    exchange.setProperty(EQUAL, told == null || told.equals(cache.global()));
  }

  /** Ends a delta: it is counted and no longer wanted; who waits for it is to be told. */
  public void finish(Exchange exchange) {
    SyncRun run = SyncRun.of(exchange, KIND);
    metrics.count(run);
    run.tell(exchange);
    settled = exchange.getProperty(COVERED, 0L, Long.class);
    plan.wantSettle();
    plan.done(exchange, SyncPlan.Need.DELTA);
  }

  /** Begins to tell who waits for what is in the cache. */
  public void settle(Exchange exchange) {
    plan.attempt(exchange, SyncPlan.Need.SETTLE);
  }

  /** Queues the acknowledgements of the events whose changes are in the cache. */
  public void acknowledge() {
    acks.settle(settled);
  }

  /** Everybody who waited is told. */
  public void settled(Exchange exchange) {
    plan.done(exchange, SyncPlan.Need.SETTLE);
  }
}
