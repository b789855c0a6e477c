package dev.drover.orchestrator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Json;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** What a central does with uploads, and what it may do instead. */
final class FakeUploads {
  /** One stored item. */
  record Stored(long seq, String type, JsonNode body) {}

  /** Items in the order in which they were stored, each once. */
  final Map<String, Stored> stored = new LinkedHashMap<>();

  /** Idempotency keys of items that came although they were stored. */
  final List<String> again = new ArrayList<>();

  /** Bodies with this text in them are rejected. */
  final Set<String> rejected = ConcurrentHashMap.newKeySet();

  /** A whole request with this text in it is answered 400. */
  final Set<String> refused = ConcurrentHashMap.newKeySet();

  final List<Integer> sizes = new ArrayList<>();
  final Map<String, String> byBatch = new HashMap<>();

  private final Map<String, JsonNode> responses = new HashMap<>();

  /** Whether it keeps what the items say: a large backlog does not fit. */
  volatile boolean keepBodies = true;

  /** What an item's operation answers. */
  volatile Function<JsonNode, JsonNode> operation = item -> Json.MAPPER.createObjectNode();

  /** Makes requests fail in all ways; null for none. */
  volatile Random mischief;

  synchronized void answer(JsonNode request, HttpServerResponse response) {
    Random bad = mischief;
    int what = bad == null ? 99 : bad.nextInt(10);
    if (what == 0) {
      response.setStatusCode(503).end("{\"error\":{\"code\":\"TEST_503\"}}");
      return;
    }
    if (what == 1) {
      response.reset();
      return;
    }
    sizes.add(request.path("items").size());
    String text = request.toString();
    if (refused.stream().anyMatch(text::contains)) {
      response.setStatusCode(400).end("{\"error\":{\"code\":\"VALIDATION_FAILED\"}}");
      return;
    }
    // A stored answer is one way to recognise a repetition, the items' keys are the other.
    if (bad != null && bad.nextBoolean()) {
      byBatch.clear();
    }
    String answer = byBatch.computeIfAbsent(request.path("batch_id").asText(), b -> store(request));
    if (what == 2) {
      // Done, and nobody hears of it.
      response.reset();
    } else if (what != 3) {
      response.end(answer);
    }
    // Otherwise it hangs.
  }

  synchronized String store(JsonNode request) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("batch_id", request.path("batch_id").asText());
    ArrayNode results = answer.putArray("results");
    TreeSet<Long> seqs = new TreeSet<>();
    for (JsonNode item : request.path("items")) {
      long seq = item.path("seq").asLong();
      seqs.add(seq);
      ObjectNode result = results.addObject().put("seq", seq);
      String key = item.path("idempotency_key").asText();
      if (rejected.stream().anyMatch(item.path("body").toString()::contains)) {
        result
            .put("status", "rejected")
            .putObject("error")
            .put("code", "VALIDATION_FAILED")
            .put("message", "refused by the test");
      } else if (stored.containsKey(key)) {
        again.add(key);
        result.put("status", "duplicate");
        result.set("response", responses.get(key));
      } else {
        JsonNode body = keepBodies ? item.path("body") : NullNode.getInstance();
        stored.put(key, new Stored(seq, item.path("type").asText(), body));
        result.put("status", "stored");
        JsonNode response = operation.apply(item);
        responses.put(key, response);
        result.set("response", response);
      }
    }
    answer.putObject("receipt").put("from_seq", seqs.first()).put("to_seq", seqs.last());
    return answer.toString();
  }

  synchronized List<Stored> all() {
    return List.copyOf(stored.values());
  }
}
