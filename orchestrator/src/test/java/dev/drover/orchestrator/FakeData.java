package dev.drover.orchestrator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One mall's data at a central of tests, with its change log, and the answers made of it. */
final class FakeData {
  private record Change(long seq, String collection, String id) {}

  private final Map<String, TreeMap<String, String>> items = new LinkedHashMap<>();
  private final List<Change> log = new ArrayList<>();
  private EntityDigest digest = new EntityDigest();
  private long seq = 100;

  /** A central that knows nothing of cursors, algorithms and buckets. */
  volatile boolean foreign;

  /** A central that offers no buckets. */
  volatile boolean withoutBuckets;

  /** A central whose checksum of the merchants fits nothing that it sends. */
  volatile boolean unprovable;

  /** A central whose full answers have a checksum that fits nothing either. */
  volatile boolean contradictory;

  /** The largest page of a delta. */
  volatile int deltaPage = Integer.MAX_VALUE;

  FakeData() {
    Checksums.COLLECTIONS.forEach(name -> items.put(name, new TreeMap<>()));
  }

  /** Writes a document, or deletes it with null; returns the change's number. */
  synchronized long put(String collection, String id, String json) {
    if (json == null) {
      items.get(collection).remove(id);
    } else {
      items.get(collection).put(id, json);
    }
    digest.set(collection, id, json == null ? null : Checksums.item(json));
    log.add(new Change(++seq, collection, id));
    return seq;
  }

  /** Changes a document behind the log's back: only a comparison finds it. */
  synchronized void slip(String collection, String id, String json) {
    items.get(collection).put(id, json);
    digest.set(collection, id, Checksums.item(json));
  }

  synchronized String global() {
    return digest.global();
  }

  synchronized long seq() {
    return seq;
  }

  synchronized String item(String collection, String id) {
    return items.get(collection).get(id);
  }

  /** Goes back to an empty central whose numbers begin anew. */
  synchronized void lose() {
    items.values().forEach(Map::clear);
    log.clear();
    digest = new EntityDigest();
    seq = 1;
  }

  private String checksum() {
    return foreign ? "sha256:foreign-" + seq : digest.global();
  }

  private ObjectNode answer() {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("entity_id", FakeCentral.ENTITY);
    answer.put("sync_id", "sync-" + seq);
    answer.put("timestamp", time(seq));
    if (!foreign) {
      answer.put("checksum_algorithm", Checksums.ALGORITHM);
      answer.put("cursor", String.valueOf(seq));
    }
    return answer;
  }

  private static String time(long seq) {
    return java.time.Instant.ofEpochSecond(1_760_000_000L + seq).toString();
  }

  /** Answers {@code sync/full}; a page is named by {@code <seq>:<offset>}. */
  synchronized String full(Map<String, String> query) {
    int limit = Integer.parseInt(query.getOrDefault("limit", "1000000"));
    int offset =
        query.containsKey("cursor") ? Integer.parseInt(query.get("cursor").split(":")[1]) : 0;
    ObjectNode answer = answer();
    ObjectNode data = answer.putObject("data");
    int position = 0;
    int total = items.values().stream().mapToInt(Map::size).sum();
    for (String collection : Checksums.COLLECTIONS) {
      ArrayNode list = data.putArray(collection);
      for (String json : items.get(collection).values()) {
        if (position >= offset && position < offset + limit) {
          list.add(tree(json));
        }
        position++;
      }
    }
    boolean more = offset + limit < total;
    answer.put("has_more", more);
    answer.put("next_cursor", more ? seq + ":" + (offset + limit) : null);
    answer.put("checksum", contradictory ? "sha256:odd" : checksum());
    answer.putObject("metadata").put("total_areas", items.get("areas").size());
    return answer.toString();
  }

  /** Answers {@code sync/delta}. */
  synchronized String delta(Map<String, String> query) {
    long from = 0;
    if (query.containsKey("cursor")) {
      from = Long.parseLong(query.get("cursor"));
    } else {
      from = java.time.Instant.parse(query.get("since")).getEpochSecond() - 1_760_000_000L - 1;
    }
    int limit = Math.min(deltaPage, Integer.parseInt(query.get("limit")));
    ObjectNode answer = answer();
    ArrayNode changes = answer.putArray("changes");
    long cursor = from;
    boolean more = false;
    for (Change change : log) {
      if (change.seq() <= from) {
        continue;
      }
      if (changes.size() == limit) {
        more = true;
        break;
      }
      cursor = change.seq();
      String json = items.get(change.collection()).get(change.id());
      ObjectNode one = changes.addObject();
      one.put("type", change.collection().substring(0, change.collection().length() - 1));
      one.put("operation", json == null ? "delete" : "update");
      one.put("id", change.id());
      if (json != null) {
        one.set("data", tree(json));
      }
      one.put("updated_at", time(change.seq()));
    }
    answer.put("has_more", more);
    if (!foreign) {
      answer.put("cursor", String.valueOf(more ? cursor : Math.max(seq, cursor)));
    }
    answer.put("next_cursor", more ? String.valueOf(cursor) : null);
    answer.put("new_checksum", checksum());
    return answer.toString();
  }

  /** Answers {@code sync/checksum}. */
  synchronized String checksum(Map<String, String> query) {
    ObjectNode answer = answer();
    ObjectNode sums = answer.putObject("checksums");
    for (String name : Checksums.COLLECTIONS) {
      boolean odd = unprovable && name.equals("merchants");
      sums.put(name, foreign || odd ? "sha256:foreign" : digest.root(name));
    }
    sums.put("global", checksum());
    if (query.containsKey("detail") && !withoutBuckets && !foreign) {
      ObjectNode buckets = answer.putObject("buckets");
      for (String name : query.get("include").split(",")) {
        digest.buckets(name).forEach(buckets.withArray(name)::add);
      }
    }
    return answer.toString();
  }

  /** Answers {@code sync/items}. */
  synchronized String items(Map<String, String> query) {
    ObjectNode answer = answer();
    String collection = query.get("collection");
    answer.put("collection", collection);
    ObjectNode buckets = answer.putObject("buckets");
    for (String bucket : query.get("buckets").split(",")) {
      ArrayNode list = buckets.putObject(bucket).put("hash", "").putArray("items");
      items
          .get(collection)
          .forEach(
              (id, json) -> {
                if (bucket.equals(bucketOf(id))) {
                  list.add(tree(json));
                }
              });
    }
    return answer.toString();
  }

  private static String bucketOf(String id) {
    try {
      byte[] hash =
          java.security.MessageDigest.getInstance("SHA-256")
              .digest(id.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 1);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Answers {@code POST sync/changes}. */
  synchronized String change(JsonNode request) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode results = answer.putArray("results");
    for (JsonNode change : request.path("changes")) {
      String collection = change.path("type").asText() + "s";
      String id = change.path("id").asText();
      String now = items.get(collection).get(id);
      JsonNode data = change.path("data");
      String wanted = data.isObject() ? data.toString() : null;
      long last = last(collection, id);
      boolean equal = now == null ? wanted == null : wanted != null && tree(now).equals(data);
      boolean conflict = last > change.path("base_seq").asLong() && !equal;
      ObjectNode result = results.addObject();
      result.put("type", change.path("type").asText()).put("id", id);
      if (conflict) {
        result.put("status", "conflict").put("seq", last);
      } else {
        result.put("status", "applied").put("seq", equal ? last : put(collection, id, wanted));
      }
      String after = items.get(collection).get(id);
      result.set("data", after == null ? null : tree(after));
      result.put("operation", after == null ? "delete" : "update");
    }
    answer.put("cursor", String.valueOf(seq));
    return answer.toString();
  }

  private long last(String collection, String id) {
    return log.stream()
        .filter(change -> change.collection().equals(collection) && change.id().equals(id))
        .mapToLong(Change::seq)
        .max()
        .orElse(0);
  }

  static Map<String, String> query(String text) {
    Map<String, String> query = new HashMap<>();
    for (String pair : text == null ? new String[0] : text.split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], java.net.URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  private static JsonNode tree(String json) {
    return Json.tree(json.getBytes(StandardCharsets.UTF_8));
  }
}
