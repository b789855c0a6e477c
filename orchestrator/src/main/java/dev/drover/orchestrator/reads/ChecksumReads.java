package dev.drover.orchestrator.reads;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.drover.engine.checksum.Checksums;
import dev.drover.orchestrator.cache.CacheState;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * The cache's own checksums and buckets, in the shapes of central's {@code sync/checksum} and
 * {@code sync/items}, so that people can compare the two.
 */
public final class ChecksumReads {
  private static final int MOST_BUCKETS = 256;

  private final EntityCache cache;
  private final String entityId;
  private final Clock clock;

  /** Reads of this cache. */
  public ChecksumReads(EntityCache cache, String entityId, Clock clock) {
    this.cache = cache;
    this.entityId = entityId;
    this.clock = clock;
  }

  /** Answers {@code GET /api/sync/checksum?detail&include}. */
  public void checksum(Exchange exchange) {
    String detail = exchange.getMessage().getHeader("detail", String.class);
    List<String> include = include(exchange.getMessage().getHeader("include", String.class));
    if (detail != null && !detail.equals("buckets")) {
      throw refused("detail", "The detail is buckets");
    }
    ObjectNode answer = answer();
    ObjectNode sums = answer.putObject("checksums");
    Checksums.COLLECTIONS.forEach(name -> sums.put(name, cache.root(name)));
    sums.put("global", cache.global());
    if (detail != null) {
      ObjectNode buckets = answer.putObject("buckets");
      include.forEach(name -> cache.buckets(name).forEach(buckets.withArray(name)::add));
    }
    exchange.getMessage().setBody(answer.toString());
  }

  /** Answers {@code GET /api/sync/items?collection&buckets}. */
  public void items(Exchange exchange) {
    String collection = exchange.getMessage().getHeader("collection", String.class);
    if (collection == null || !Checksums.COLLECTIONS.contains(collection)) {
      throw refused("collection", "A collection is one of " + Checksums.COLLECTIONS);
    }
    List<Integer> buckets = buckets(exchange.getMessage().getHeader("buckets", String.class));
    ObjectNode answer = answer();
    answer.put("collection", collection);
    ObjectNode byBucket = answer.putObject("buckets");
    List<String> hashes = cache.buckets(collection);
    for (int bucket : buckets) {
      ObjectNode one = byBucket.putObject(String.format("%02x", bucket));
      one.put("hash", hashes.get(bucket));
      ArrayNode items = one.putArray("items");
      for (String id : cache.bucket(collection, bucket).keySet()) {
        cache.read(collection, id).ifPresent(json -> items.addRawValue(new RawValue(json)));
      }
    }
    exchange.getMessage().setBody(Json.text(answer));
  }

  private ObjectNode answer() {
    CacheState state = cache.state();
    if (!state.ready()) {
      throw new ProtocolException(
          ErrorCode.CACHE_NOT_READY, "The mall has no data yet: " + state.reason());
    }
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("entity_id", entityId);
    answer.put("timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    answer.put("checksum_algorithm", Checksums.ALGORITHM);
    answer.put("cursor", state.cursor());
    return answer;
  }

  private static List<String> include(String given) {
    List<String> include = given == null ? Checksums.COLLECTIONS : List.of(given.split(","));
    if (!Checksums.COLLECTIONS.containsAll(include)) {
      throw refused("include", "Collections are " + Checksums.COLLECTIONS);
    }
    return include;
  }

  private static List<Integer> buckets(String given) {
    if (given == null
        || !given.matches("[0-9a-f]{2}(,[0-9a-f]{2}){0," + (MOST_BUCKETS - 1) + "}")) {
      throw refused("buckets", "Buckets are 1 to 256 numbers of two hexadecimal digits");
    }
    List<Integer> buckets = new ArrayList<>();
    for (String text : given.split(",")) {
      buckets.add(Integer.parseInt(text, 16));
    }
    return buckets;
  }

  private static ProtocolException refused(String field, String message) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, Map.of("field", field));
  }
}
