package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.Role;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Data sync of central as callers meet it: curl's view, the guide's client, another language. */
class SyncTest {
  private final CentralProcess central = Shared.central();
  private final Mall mall = Mall.fresh("sync");
  private final String token = mall.register(central.api()).path("token").asText();
  private final String operator = central.token(Role.OPERATOR, mall.entity(), "olga");

  private Api.Answer sync(String what) {
    return central.api().get("/api/orchestrators/sync/" + what, token);
  }

  private void upload(String collection, int from, int count, String value) {
    ObjectNode body = Api.JSON.createObjectNode();
    for (int i = from; i < from + count; i++) {
      body.withArray(collection).addObject().put("id", collection + "-" + i).put("v", value);
    }
    Api.Answer answer =
        central.api().post("/api/entities/" + mall.entity() + "/import", operator, body.toString());
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  /**
   * Step 4 of the guide, literally: a delta asks with the time of the last sync, reads one page,
   * and the checksum that it keeps is the server's string.
   */
  private final class GuideSync {
    private final Map<String, TreeMap<String, JsonNode>> cache = new HashMap<>();
    private String checksum;
    private String lastSync;

    void fullSync() {
      JsonNode full =
          sync("full?entity_id="
                  + mall.entity()
                  + "&include=areas,beacons,merchants,connections&format=compact")
              .json();
      cache.clear();
      full.path("data")
          .properties()
          .forEach(
              collection -> collection.getValue().forEach(item -> put(collection.getKey(), item)));
      checksum = full.path("checksum").asText();
      lastSync = full.path("timestamp").asText();
    }

    private void put(String collection, JsonNode item) {
      cache
          .computeIfAbsent(collection, name -> new TreeMap<>())
          .put(item.path("id").asText(), item);
    }

    void deltaSync() {
      JsonNode delta =
          sync("delta?entity_id=" + mall.entity() + "&since=" + lastSync.replace("Z", "+00:00"))
              .json();
      for (JsonNode change : delta.path("changes")) {
        String collection = change.path("type").asText() + "s";
        switch (change.path("operation").asText()) {
          case "create", "update" -> put(collection, change.path("data"));
          case "delete" -> cache.get(collection).remove(change.path("id").asText());
          default -> throw new AssertionError(change);
        }
      }
      checksum = delta.path("new_checksum").asText();
      lastSync = delta.path("timestamp").asText();
    }

    boolean verify() {
      JsonNode answer = sync("checksum?entity_id=" + mall.entity()).json();
      return answer.path("checksums").path("global").asText().equals(checksum);
    }

    String ownChecksum() {
      EntityDigest digest = new EntityDigest();
      cache.forEach(
          (collection, items) ->
              items.forEach(
                  (id, item) -> digest.set(collection, id, Checksums.item(item.toString()))));
      return digest.global();
    }
  }

  @Test
  void theGuidesClientConvergesAndIsFoundWhenItIgnoresPages() {
    upload("areas", 0, 20, "old");
    GuideSync guide = new GuideSync();
    guide.fullSync();
    assertThat(guide.verify()).isTrue();

    upload("areas", 5, 10, "new");
    assertThat(guide.verify()).isFalse();
    guide.deltaSync();
    assertThat(guide.verify()).isTrue();
    assertThat(guide.checksum).isEqualTo(guide.ownChecksum());

    upload("merchants", 0, 1500, "many");
    guide.deltaSync();
    assertThat(guide.cache.get("merchants")).hasSizeLessThan(1500);
    assertThat(guide.verify()).as("a page was ignored, and the server's string says so").isFalse();
    guide.fullSync();
    assertThat(guide.verify()).isTrue();
    assertThat(guide.ownChecksum()).isEqualTo(guide.checksum);
  }

  @Test
  void anotherLanguageComesToTheSameChecksums() throws Exception {
    ObjectNode demo =
        (ObjectNode)
            Api.JSON.readTree(
                Files.readAllBytes(JavaProcess.HOME.resolve("config/demo/mall-a.json")));
    demo.remove("entity");
    String path = "/api/entities/" + mall.entity() + "/import";
    assertThat(central.api().post(path, operator, demo.toString()).status()).isEqualTo(200);
    String full = sync("full").body();

    Process script =
        new ProcessBuilder(
                "node", JavaProcess.HOME.resolve("docs/reference/checksum.mjs").toString())
            .start();
    try (OutputStream input = script.getOutputStream()) {
      input.write(full.getBytes(StandardCharsets.UTF_8));
    }
    JsonNode theirs;
    try (InputStream output = script.getInputStream()) {
      theirs = Api.JSON.readTree(output.readAllBytes());
    }
    assertThat(script.waitFor()).isZero();
    assertThat(theirs).isEqualTo(sync("checksum").json().path("checksums"));
    assertThat(theirs.path("global").asText())
        .isEqualTo(Api.JSON.readTree(full).path("checksum").asText());
  }

  @Test
  void answersAreCompressedForThoseWhoAskAndSparedToThoseWhoHaveThem() throws Exception {
    upload("areas", 0, 500, "x");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(central.url() + "/api/orchestrators/sync/full"))
            .header("Authorization", "Bearer " + token)
            .header("Accept-Encoding", "gzip")
            .build();
    HttpResponse<byte[]> zipped =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
    assertThat(zipped.headers().firstValue("Content-Encoding")).contains("gzip");
    try (InputStream body = new GZIPInputStream(new java.io.ByteArrayInputStream(zipped.body()))) {
      byte[] plain = body.readAllBytes();
      assertThat(plain.length).isGreaterThan(5 * zipped.body().length);
      assertThat(Api.JSON.readTree(plain).path("data").path("areas")).hasSize(500);
    }
    Api.Answer full = sync("full");
    assertThat(full.header("Content-Encoding")).isNull();
    Api.Answer again =
        central
            .api()
            .call("GET", "/api/orchestrators/sync/full")
            .token(token)
            .header("If-None-Match", full.header("ETag"))
            .send();
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void nonsenseIsRefusedInTheProtocolsFormAndChangesNothing() {
    upload("areas", 0, 3, "x");
    String before = sync("checksum").json().path("checksums").toString();
    Map<String, String> refused = new TreeMap<>();
    refused.put("full?include=robots", "400 VALIDATION_FAILED");
    refused.put("full?format=xml", "400 VALIDATION_FAILED");
    refused.put("full?limit=0", "400 VALIDATION_FAILED");
    refused.put("full?cursor=garbage", "400 VALIDATION_FAILED");
    refused.put("full?entity_id=another-mall", "403 ENTITY_FORBIDDEN");
    refused.put("checksum?detail=all", "400 VALIDATION_FAILED");
    refused.put("checksum?entity_id=another-mall", "403 ENTITY_FORBIDDEN");
    refused.put("items?collection=areas", "400 VALIDATION_FAILED");
    refused.put("items?collection=areas&buckets=xyz", "400 VALIDATION_FAILED");
    refused.put("delta", "400 VALIDATION_FAILED");
    refused.put("delta?cursor=garbage", "400 VALIDATION_FAILED");
    refused.put("delta?cursor=1&limit=5001", "400 VALIDATION_FAILED");
    refused.put("delta?since=yesterday", "400 VALIDATION_FAILED");
    refused.put("delta?cursor=999", "409 SYNC_CHECKSUM_MISMATCH");
    refused.put("delta?cursor=1&entity_id=another-mall", "403 ENTITY_FORBIDDEN");
    refused.forEach(
        (query, expected) -> {
          Api.Answer answer = sync(query);
          assertThat(answer.status() + " " + answer.code()).as(query).isEqualTo(expected);
        });
    assertThat(sync("delta").json().at("/error/details/suggested_action").asText())
        .isEqualTo("perform_full_sync");
    assertThat(sync("delta?since=2999-01-01T00:00:00Z").json().path("changes")).isEmpty();
    assertThat(sync("delta?cursor=0").json().path("changes")).hasSize(3);
    assertThat(sync("checksum").json().path("checksums").toString()).isEqualTo(before);

    Api.Answer limited = sync("delta?cursor=0");
    for (int i = 0; i < 10 && limited.status() == 200; i++) {
      limited = sync("delta?cursor=0");
    }
    assertThat(limited.status() + " " + limited.code()).isEqualTo("429 RATE_LIMIT_EXCEEDED");
    assertThat(limited.header("Retry-After")).isNotBlank();
  }

  @Test
  void aBucketComesWithItsHashAndItsDocuments() {
    upload("areas", 0, 3, "x");
    String bucket = "%02x".formatted(Checksums.bucketOf("areas-1"));
    JsonNode hashes = sync("checksum?detail=buckets&include=areas").json().at("/buckets/areas");
    JsonNode only =
        sync("items?collection=areas&buckets=" + bucket).json().path("buckets").path(bucket);
    assertThat(only.path("hash")).isEqualTo(hashes.get(Checksums.bucketOf("areas-1")));
    assertThat(only.path("items").findValuesAsText("id")).contains("areas-1");
  }

  @Test
  void anEditOfAMallMeetsWhatCentralHasAndIsDoneOncePerKey() {
    upload("areas", 0, 1, "first");
    long base = sync("checksum").json().path("cursor").asLong();
    String edit =
        "{\"changes\":[{\"type\":\"area\",\"operation\":\"update\",\"id\":\"areas-0\",\"base_seq\":"
            + base
            + ",\"data\":{\"id\":\"areas-0\",\"v\":\"edge\"}}]}";
    Api.Answer first = changes(edit);
    assertThat(first.json().path("results").get(0).path("status").asText()).isEqualTo("applied");
    assertThat(changes(edit).header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(sync("checksum").json().path("cursor").asLong()).isEqualTo(base + 1);

    Mall other = new Mall(mall.entity(), "orch-late");
    String late = other.register(central.api()).path("token").asText();
    JsonNode conflict =
        central
            .api()
            .post("/api/orchestrators/sync/changes", late, edit.replace("edge", "late"))
            .json();
    assertThat(conflict.path("results").get(0).path("status").asText()).isEqualTo("conflict");
    assertThat(conflict.at("/results/0/data/v").asText()).isEqualTo("edge");
  }

  private Api.Answer changes(String edits) {
    return central
        .api()
        .call("POST", "/api/orchestrators/sync/changes")
        .token(token)
        .header("X-Idempotency-Key", "edit-of-" + mall.entity())
        .json(edits)
        .send();
  }
}
