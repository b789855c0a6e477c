package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Role;
import dev.drover.orchestrator.cache.EntityCache;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people of the mall read of its data, also while central is away. */
class EntityReadsTest extends MallTestBase {
  @Test
  void bareArraysAndDocumentsAsStored() {
    try (TestMall mall = settled(Map.of())) {
      String token = operator();
      TestMall.Answer areas = mall.get(ENTITIES + "/areas", token);
      assertThat(areas.status()).isEqualTo(200);
      assertThat(areas.body())
          .isEqualTo(
              "[" + central.data.item("areas", "1") + "," + central.data.item("areas", "2") + "]");
      assertThat(areas.headers().firstValue("X-Drover-Stale-Since")).isEmpty();
      assertThat(mall.get(ENTITIES + "/areas/", token).body()).isEqualTo(areas.body());
      assertThat(mall.get(ENTITIES + "/areas/1", token).body())
          .isEqualTo("{\"id\":1,\"name\":\"East hall\",\"floor\":1.0}");
      assertThat(mall.get(ENTITIES + "/connections/c%2F1", token).body())
          .isEqualTo(central.data.item("connections", "c/1"));
      assertThat(mall.get("/api/entities", token).body()).isEqualTo("[{\"id\":\"mall-a-uuid\"}]");
      assertThat(mall.get(ENTITIES + "/", token).body()).isEqualTo("{\"id\":\"mall-a-uuid\"}");

      assertThat(mall.get(ENTITIES + "/areas/99", token).status()).isEqualTo(404);
      assertThat(mall.get(ENTITIES + "/lifts", token).status()).isEqualTo(404);
      assertThat(mall.get(ENTITIES + "/areas", null).status()).isEqualTo(401);
      assertThat(
              mall.get(ENTITIES + "/areas", central.token(Role.MOBILE, FakeCentral.ENTITY))
                  .status())
          .as("phones speak with central only (R-31)")
          .isEqualTo(403);
      assertThat(
              mall.get(ENTITIES + "/areas", central.token(Role.ORCHESTRATOR, FakeCentral.ENTITY))
                  .status())
          .isEqualTo(200);
      assertThat(mall.get(ENTITIES + "/areas", central.token(Role.OPERATOR, "mall-b")).status())
          .isEqualTo(403);
      assertThat(mall.get("/api/entities", central.token(Role.OPERATOR, "mall-b")).status())
          .as("the list, too, is for people of this mall")
          .isEqualTo(403);
      assertThat(mall.get("/api/entities/mall-b/areas", central.token(Role.OPERATOR, "*")).status())
          .isEqualTo(404);

      Instant before = Instant.now();
      central.goAway();
      await()
          .atMost(SOON)
          .until(
              () ->
                  mall.get(ENTITIES + "/areas", token)
                      .headers()
                      .firstValue("X-Drover-Stale-Since")
                      .isPresent());
      TestMall.Answer stale = mall.get(ENTITIES + "/areas", token);
      assertThat(stale.body()).isEqualTo(areas.body());
      assertThat(Instant.parse(stale.headers().firstValue("X-Drover-Stale-Since").orElseThrow()))
          .isBetween(before.minusSeconds(60), Instant.now());
    }
  }

  @Test
  void aListIsReadInParts() {
    try (TestMall mall = settled(Map.of())) {
      String token = operator();
      String first = central.data.item("areas", "1");
      String second = central.data.item("areas", "2");
      Map.of(
              "?limit=1", "[" + first + "]",
              "?offset=1", "[" + second + "]",
              "?offset=1&limit=1000", "[" + second + "]",
              "?offset=2", "[]",
              "?limit=2", "[" + first + "," + second + "]")
          .forEach(
              (query, right) ->
                  assertThat(mall.get(ENTITIES + "/areas" + query, token).body())
                      .as(query)
                      .isEqualTo(right));
      assertThat(mall.get("/api/entities?offset=1", token).body()).isEqualTo("[]");
      for (String path : new String[] {ENTITIES + "/areas", "/api/entities"}) {
        for (String bad :
            new String[] {"limit=0", "limit=1001", "limit=x", "offset=-1", "offset=1.5"}) {
          TestMall.Answer refused = mall.get(path + "?" + bad, token);
          assertThat(refused.status()).as(path + bad).isEqualTo(400);
          assertThat(refused.json().at("/error/details/field").asText())
              .isEqualTo(bad.substring(0, bad.indexOf('=')));
        }
      }
      TestMall.Answer refused = mall.get("/api/sync/checksum?detail=zzz", token);
      assertThat(refused.json().at("/error/details/field").asText()).isEqualTo("detail");
    }
  }

  @Test
  void beforeTheFirstSyncThereIsNothingToRead() {
    central.refuse(SYNC + "full", 503, 4);
    try (TestMall mall = mall(Map.of("drover.events.backoff", "2s"))) {
      String token = operator();
      await().atMost(SOON).until(() -> mall.get(ENTITIES + "/areas", token).status() == 503);
      assertThat(mall.get(ENTITIES + "/areas/1", token).json().at("/error/code").asText())
          .isEqualTo("CACHE_NOT_READY");
      assertThat(mall.get("/api/sync/checksum", token).status()).isEqualTo(503);
      assertThat(mall.send("POST", ENTITIES + "/areas", token, "{\"id\":5}").status())
          .isEqualTo(503);
      TestMall.Answer health = mall.get("/health", null);
      assertThat(health.status()).isEqualTo(200);
      assertThat(health.json().path("status").asText()).isEqualTo("degraded");
      assertThat(health.json().at("/checks/local_cache").asText()).isEqualTo("degraded");
      assertThat(state(mall).at("/sync/ready").asBoolean(true)).isFalse();
      assertThat(state(mall).at("/sync/reason").asText()).isNotEmpty();
      awaitSame(mall);
      assertThat(mall.get(ENTITIES + "/areas", token).status()).isEqualTo(200);
    }
  }

  @Test
  void operatorsCompareChecksumsAndBuckets() {
    try (TestMall mall = settled(Map.of())) {
      String token = operator();
      EntityCache cache = cache(mall);
      JsonNode roots = mall.get("/api/sync/checksum", token).json();
      assertThat(roots.at("/checksums/global").asText()).isEqualTo(central.data.global());
      assertThat(roots.at("/checksums/areas").asText()).isEqualTo(cache.root("areas"));
      assertThat(roots.path("cursor").asText()).isEqualTo("" + central.data.seq());
      assertThat(roots.path("checksum_algorithm").asText()).isEqualTo("sha256-jcs-256");
      assertThat(roots.has("buckets")).isFalse();
      JsonNode buckets =
          mall.get("/api/sync/checksum?detail=buckets&include=areas", token).json().path("buckets");
      assertThat(buckets.fieldNames()).toIterable().containsExactly("areas");
      assertThat(buckets.path("areas")).hasSize(256);
      String hex = String.format("%02x", dev.drover.engine.checksum.EntityDigest.bucketOf("1"));
      JsonNode items =
          mall.get("/api/sync/items?collection=areas&buckets=" + hex, token).json().path("buckets");
      assertThat(items.path(hex).path("items").toString())
          .isEqualTo("[" + central.data.item("areas", "1") + "]");
      assertThat(items.path(hex).path("hash").asText())
          .isEqualTo(buckets.path("areas").path(Integer.parseInt(hex, 16)).asText());

      for (String bad :
          new String[] {
            "checksum?detail=all",
            "checksum?include=lifts",
            "items?collection=lifts&buckets=00",
            "items?collection=areas&buckets=0x",
            "items?collection=areas"
          }) {
        assertThat(mall.get("/api/sync/" + bad, token).status()).as(bad).isEqualTo(400);
      }
      assertThat(
              mall.get("/api/sync/checksum", central.token(Role.ORCHESTRATOR, FakeCentral.ENTITY))
                  .status())
          .isEqualTo(403);
    }
  }
}
