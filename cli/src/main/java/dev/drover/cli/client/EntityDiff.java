package dev.drover.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.checksum.Checksums;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Finds where a mall's data and central's differ, and reads nothing that does not. */
public final class EntityDiff {
  /** Buckets of one request. */
  private static final int AT_ONCE = 64;

  private final Central central;
  private final Central mall;
  private final String entity;

  /** Compares these two. */
  public EntityDiff(String entity, Central central, Central mall) {
    this.entity = "entity_id=" + encode(entity);
    this.central = central;
    this.mall = mall;
  }

  /**
   * Compares.
   *
   * @param out takes the lines
   * @return whether there is no difference
   */
  public boolean run(Consumer<String> out) throws IOException, InterruptedException {
    JsonNode theirs = centralChecksum("");
    JsonNode own = mallChecksum("");
    List<String> differing =
        Checksums.COLLECTIONS.stream()
            .filter(name -> !root(theirs, name).equals(root(own, name)))
            .toList();
    long differences = 0;
    for (String collection : differing) {
      differences += compare(collection, out);
    }
    String cursors = theirs.path("cursor").asText() + " and " + own.path("cursor").asText();
    boolean same = differing.isEmpty();
    out.accept(
        (same
                ? "Same: " + root(theirs, "global")
                : differences + " items of " + String.join(", ", differing) + " differ")
            + "; central and mall stand at change "
            + cursors);
    out.accept(
        String.format(
            "%d requests, %d bytes read",
            central.requests() + mall.requests(), central.bytes() + mall.bytes()));
    return same;
  }

  private long compare(String collection, Consumer<String> out)
      throws IOException, InterruptedException {
    String detail = "&detail=buckets&include=" + collection;
    JsonNode theirs = centralChecksum(detail).path("buckets").path(collection);
    JsonNode own = mallChecksum(detail.substring(1)).path("buckets").path(collection);
    List<String> buckets = new ArrayList<>();
    for (int i = 0; i < theirs.size(); i++) {
      if (!theirs.get(i).equals(own.path(i))) {
        buckets.add(String.format("%02x", i));
      }
    }
    long differences = 0;
    for (int from = 0; from < buckets.size(); from += AT_ONCE) {
      List<String> part = buckets.subList(from, Math.min(from + AT_ONCE, buckets.size()));
      String query = "collection=" + collection + "&buckets=" + String.join(",", part);
      differences +=
          compareItems(
              collection,
              hashes(central.get("/api/orchestrators/sync/items?" + entity + "&" + query)),
              hashes(mall.get("/api/sync/items?" + query)),
              out);
    }
    return differences;
  }

  private static long compareItems(
      String collection,
      Map<String, byte[]> theirs,
      Map<String, byte[]> own,
      Consumer<String> out) {
    TreeSet<String> ids = new TreeSet<>(theirs.keySet());
    ids.addAll(own.keySet());
    long differences = 0;
    for (String id : ids) {
      if (!Arrays.equals(theirs.get(id), own.get(id))) {
        String sign = !own.containsKey(id) ? "+" : !theirs.containsKey(id) ? "-" : "~";
        out.accept(sign + " " + collection + "/" + id);
        differences++;
      }
    }
    return differences;
  }

  private static Map<String, byte[]> hashes(JsonNode answer) {
    Map<String, byte[]> hashes = new TreeMap<>();
    for (JsonNode bucket : answer.path("buckets")) {
      for (JsonNode item : bucket.path("items")) {
        String id = item.has("id") ? item.path("id").asText() : item.path("_id").asText();
        hashes.put(id, Checksums.item(item.toString()));
      }
    }
    return hashes;
  }

  private JsonNode centralChecksum(String more) throws IOException, InterruptedException {
    return central.get("/api/orchestrators/sync/checksum?" + entity + more);
  }

  private JsonNode mallChecksum(String query) throws IOException, InterruptedException {
    return mall.get("/api/sync/checksum" + (query.isEmpty() ? "" : "?" + query));
  }

  private static String root(JsonNode answer, String name) {
    return answer.path("checksums").path(name).asText();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
