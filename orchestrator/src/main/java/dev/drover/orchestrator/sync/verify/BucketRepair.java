package dev.drover.orchestrator.sync.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.checksum.Checksums;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.cache.ItemIds;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.store.Untold;
import dev.drover.orchestrator.sync.SyncCalls;
import dev.drover.orchestrator.sync.SyncMetrics;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.orchestrator.sync.SyncRun;
import dev.drover.orchestrator.sync.delta.AffectedBeacons;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/**
 * The steps that repair one collection by its buckets: 256 hashes say where the two sides differ,
 * and only those buckets are read. One corrupted item costs one bucket.
 */
public final class BucketRepair {
  /** Exchange property: whether buckets are left to be read. */
  public static final String LEFT = "DroverSyncBucketsLeft";

  private static final String KIND = "repair";
  private static final String BUCKETS = "DroverSyncBuckets";
  private static final String ROOT = "DroverSyncServerRoot";
  private static final String CURSOR = "DroverSyncServerCursor";

  /** Buckets of one request, so that a badly damaged collection does not come in one piece. */
  private static final int AT_ONCE = 8;

  private final EntityCache cache;
  private final Untold untold;
  private final AffectedBeacons affected;
  private final SyncPlan plan;
  private final SyncMetrics metrics;
  private final String entityId;

  /** The steps on this cache. */
  public BucketRepair(
      EntityCache cache,
      Untold untold,
      AffectedBeacons affected,
      SyncPlan plan,
      SyncMetrics metrics,
      String entityId) {
    this.cache = cache;
    this.untold = untold;
    this.affected = affected;
    this.plan = plan;
    this.metrics = metrics;
    this.entityId = entityId;
  }

  /** Writes the request for the hashes of the buckets of the collection that differs. */
  public void askBuckets(Exchange exchange) {
    SyncRun.begin(exchange, KIND);
    Map<String, String> query = new LinkedHashMap<>();
    query.put("entity_id", entityId);
    query.put("detail", "buckets");
    query.put("include", collection(exchange));
    SyncCalls.ask(exchange, query);
  }

  /** Finds the buckets that differ; none when central does not offer them. */
  public void compare(Exchange exchange) {
    JsonNode answer = SyncCalls.answer(exchange, SyncRun.of(exchange, KIND));
    String collection = collection(exchange);
    JsonNode theirs = answer.path("buckets").path(collection);
    List<String> own = cache.buckets(collection);
    List<Integer> differing = new ArrayList<>();
    for (int bucket = 0; bucket < theirs.size() && bucket < own.size(); bucket++) {
      if (!own.get(bucket).equals(theirs.get(bucket).asText())) {
        differing.add(bucket);
      }
    }
    exchange.setProperty(ROOT, answer.path("checksums").path(collection).asText());
    exchange.setProperty(CURSOR, SyncCalls.text(answer, "cursor"));
    exchange.setProperty(BUCKETS, differing);
    exchange.setProperty(LEFT, !differing.isEmpty());
  }

  /** Writes the request for the items of the next buckets. */
  public void askItems(Exchange exchange) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("entity_id", entityId);
    query.put("collection", collection(exchange));
    query.put(
        "buckets",
        next(exchange).stream()
            .map(bucket -> String.format("%02x", bucket))
            .collect(Collectors.joining(",")));
    SyncCalls.ask(exchange, query);
  }

  /** Makes the buckets hold what central has in them. */
  public void repair(Exchange exchange) {
    SyncRun run = SyncRun.of(exchange, KIND);
    JsonNode answer = SyncCalls.answer(exchange, run);
    String collection = collection(exchange);
    if (!collection.equals(answer.path("collection").asText())) {
      throw new CentralAnswerException("central's answer has no items of " + collection);
    }
    List<Integer> buckets = next(exchange);
    Map<String, String> items = new HashMap<>();
    TreeSet<String> changed = new TreeSet<>();
    for (int bucket : buckets) {
      SortedMap<String, byte[]> own = cache.bucket(collection, bucket);
      changed.addAll(own.keySet());
      JsonNode theirs = answer.path("buckets").path(String.format("%02x", bucket)).path("items");
      if (!theirs.isArray()) {
        throw new CentralAnswerException("central's answer has no bucket " + bucket);
      }
      for (JsonNode item : theirs) {
        String id = ItemIds.of(item).orElse("");
        if (id.isEmpty() || Checksums.bucketOf(id) != bucket) {
          throw new CentralAnswerException(
              "central's answer has the item '" + id + "' in the bucket " + bucket);
        }
        String json = item.toString();
        items.put(id, json);
        if (Arrays.equals(own.get(id), Checksums.item(json))) {
          changed.remove(id);
        } else {
          changed.add(id);
        }
      }
    }
    untold.add(collection, changed);
    cache.repair(collection, buckets, items);
    changed.forEach(id -> run.moved(collection));
    affected.forget();
    exchange.setProperty(CURSOR, SyncCalls.text(answer, "cursor"));
    List<?> all = exchange.getProperty(BUCKETS, List.class);
    exchange.setProperty(BUCKETS, all.subList(buckets.size(), all.size()));
    exchange.setProperty(LEFT, all.size() > buckets.size());
  }

  /**
   * Compares again, with what is known already; sets {@link VerifySync#OUTCOME} to {@code equal},
   * {@code behind} when central moved on meanwhile, or {@code several} when repair did not help.
   */
  public void check(Exchange exchange) {
    SyncRun run = SyncRun.of(exchange, KIND);
    metrics.count(run);
    run.tell(exchange);
    plan.wantSettle();
    String root = exchange.getProperty(ROOT, String.class);
    boolean moved =
        !Objects.equals(exchange.getProperty(CURSOR, String.class), cache.state().cursor());
    boolean equal = cache.root(collection(exchange)).equals(root);
    exchange.setProperty(VerifySync.OUTCOME, moved ? "behind" : equal ? "equal" : "several");
  }

  private static String collection(Exchange exchange) {
    return (String) exchange.getProperty(VerifySync.DIFFERING, List.class).get(0);
  }

  private static List<Integer> next(Exchange exchange) {
    List<?> left = exchange.getProperty(BUCKETS, List.class);
    return left.stream().limit(AT_ONCE).map(Integer.class::cast).toList();
  }
}
