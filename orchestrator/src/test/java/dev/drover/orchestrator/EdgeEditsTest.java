package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Role;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.store.MallStore;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.RouteController;
import org.junit.jupiter.api.Test;

/** Edits made at the mall: stored, shown at once, sent in their order, decided by central. */
class EdgeEditsTest extends MallTestBase {
  private JsonNode conflicts(TestMall mall) {
    return mall.get("/api/sync/conflicts", operator()).json();
  }

  private void awaitSent(TestMall mall) {
    await().atMost(SOON).until(() -> state(mall).at("/sync/pending_edits").asInt() == 0);
  }

  private void awaitAway(TestMall mall) {
    await().atMost(SOON).until(() -> !state(mall).path("connected").asBoolean());
  }

  @Test
  void anAdminPanelWritesAtTheMallAndCentralHasIt() {
    try (TestMall mall = settled(Map.of())) {
      String token = operator();
      TestMall.Answer created =
          mall.send(
              "POST", ENTITIES + "/beacons", token, "{\"id\":-1,\"mac\":\"\",\"created_at\":\"\"}");
      assertThat(created.status()).isEqualTo(202);
      String id = created.json().path("id").asText();
      assertThat(id).isNotEqualTo("-1").hasSizeGreaterThan(10);
      assertThat(created.json().path("mac").asText("absent")).isEmpty();
      assertThat(mall.get(ENTITIES + "/beacons/" + id, token).body()).isEqualTo(created.body());
      TestMall.Answer byBody =
          mall.send("PUT", ENTITIES + "/areas", token, "{\"id\":1,\"name\":\"Renamed\"}");
      assertThat(byBody.status()).isEqualTo(202);
      assertThat(byBody.body()).isEqualTo("{\"id\":1,\"name\":\"Renamed\"}");
      assertThat(mall.send("PUT", ENTITIES + "/areas/2", token, "{\"name\":\"By path\"}").body())
          .isEqualTo("{\"name\":\"By path\",\"id\":\"2\"}");
      TestMall.Answer deleted = mall.send("DELETE", ENTITIES + "/merchants/m1", token, null);
      assertThat(deleted.status()).isEqualTo(202);
      assertThat(deleted.body()).isEqualTo("{\"status\":\"deleted\"}");
      assertThat(mall.get(ENTITIES + "/merchants", token).body()).isEqualTo("[]");
      assertThat(mall.get(ENTITIES + "/areas", token).body()).contains("Renamed", "By path");
      awaitSent(mall);
      assertThat(central.data.item("beacons", id)).isEqualTo(created.body());
      assertThat(central.data.item("areas", "1")).contains("Renamed");
      assertThat(central.data.item("merchants", "m1")).isNull();
      assertThat(central.uploads.all())
          .filteredOn(stored -> stored.type().equals("sync_changes"))
          .extracting(FakeUploads.Stored::seq)
          .containsExactly(1L, 2L, 3L, 4L);
      awaitSame(mall);
      assertThat(conflicts(mall)).isEmpty();

      assertThat(mall.send("POST", ENTITIES + "/areas", token, "{\"id\":1}").status())
          .isEqualTo(409);
      assertThat(mall.send("PUT", ENTITIES + "/areas", token, "{\"id\":77}").status())
          .isEqualTo(404);
      assertThat(mall.send("PUT", ENTITIES + "/areas", token, "{}").status()).isEqualTo(400);
      assertThat(mall.send("PUT", ENTITIES + "/areas/1", token, "{\"id\":2}").status())
          .isEqualTo(400);
      assertThat(mall.send("POST", ENTITIES + "/areas", token, "{\"id\":[1]}").status())
          .isEqualTo(400);
      for (String number : List.of("1e400", "98888888e8888888880", "9".repeat(400))) {
        String document = "{\"id\":\"n9\",\"a\":" + number + "}";
        assertThat(mall.send("POST", ENTITIES + "/areas", token, document).status())
            .as("central takes no such number: " + number)
            .isEqualTo(400);
      }
      assertThat(mall.send("POST", ENTITIES + "/areas", token, "[1]").status()).isEqualTo(400);
      assertThat(mall.send("POST", ENTITIES + "/lifts", token, "{}").status()).isEqualTo(404);
      assertThat(mall.send("DELETE", ENTITIES + "/areas/77", token, null).status()).isEqualTo(404);
      String orchestrator = central.token(Role.ORCHESTRATOR, FakeCentral.ENTITY);
      assertThat(mall.send("DELETE", ENTITIES + "/areas/1", orchestrator, null).status())
          .isEqualTo(403);
      assertThat(state(mall).at("/sync/pending_edits").asInt()).as("nothing of it").isZero();
    }
  }

  @Test
  void whileCentralIsAwayEditsWaitAndKeepTheirOrder() {
    try (TestMall mall = settled(Map.of())) {
      central.goAway();
      awaitAway(mall);
      mall.send("PUT", ENTITIES + "/areas/1", operator(), "{\"id\":1,\"n\":1}");
      mall.send("PUT", ENTITIES + "/areas/2", operator(), "{\"id\":2,\"n\":1}");
      mall.send("PUT", ENTITIES + "/areas/1", operator(), "{\"id\":1,\"n\":2}");
      assertThat(state(mall).at("/sync/pending_edits").asInt()).isEqualTo(3);
    }
    central.listen();
    central.nextStatus.put("/api/orchestrators/uploads", 503);
    try (TestMall mall = mall(Map.of())) {
      awaitSent(mall);
      assertThat(central.data.item("areas", "1")).isEqualTo("{\"id\":1,\"n\":2}");
      assertThat(central.data.item("areas", "2")).isEqualTo("{\"id\":2,\"n\":1}");
      assertThat(conflicts(mall)).as("the second edit of 1 was made upon the first").isEmpty();
      assertThat(central.changes)
          .extracting(item -> item.at("/body/changes/0/id").asText())
          .containsExactly("1", "2", "1");
      assertThat(central.changes)
          .extracting(item -> item.path("seq").asInt())
          .containsExactly(1, 2, 3);
      assertThat(mall.get("/api/uplink/ledger", operator()).json().path("stored").asInt())
          .isEqualTo(3);
      awaitSame(mall);
    }
  }

  @Test
  void anEditWhoseSealIsBrokenHoldsUpNoOther() throws Exception {
    try (TestMall mall = settled(Map.of())) {
      central.goAway();
      awaitAway(mall);
      // The queue would have a whole copy.
      RouteController routes = mall.context.getBean(CamelContext.class).getRouteController();
      routes.stopRoute("uplink-normal-enqueue");
      mall.send("PUT", ENTITIES + "/areas/1", operator(), "{\"id\":1,\"n\":1}");
      mall.send("PUT", ENTITIES + "/areas/1", operator(), "{\"id\":1,\"n\":2}");
      Database database = mall.context.getBean(MallStore.class).database();
      await()
          .atMost(SOON)
          .until(
              () ->
                  database.update(
                          "UPDATE uplink_items SET body = zeroblob(40) WHERE type = 'sync_changes'")
                      == 1);
      routes.startRoute("uplink-normal-enqueue");
      central.listen();
      await().atMost(SOON).until(() -> conflicts(mall).size() == 1);
      assertThat(conflicts(mall).get(0).at("/losing/n").asInt()).isEqualTo(1);
      assertThat(conflicts(mall).get(0).path("error").asText()).contains("seal is broken");
      awaitSent(mall);
      assertThat(central.data.item("areas", "1")).isEqualTo("{\"id\":1,\"n\":2}");
      JsonNode ledger = mall.get("/api/uplink/ledger", operator()).json();
      assertThat(ledger.path("parked").asInt()).isEqualTo(1);
      assertThat(ledger.path("balanced").asBoolean()).isTrue();
      assertThat(mall.get("/api/uplink/parked", operator()).body())
          .contains("\"step\":\"uplink-batch-upload\"");
    }
  }

  @Test
  void centralWinsAndTheLoserIsKept() {
    try (TestMall mall = settled(Map.of())) {
      central.goAway();
      awaitAway(mall);
      long base = central.data.seq();
      mall.send("PUT", ENTITIES + "/areas/1", operator(), "{\"id\":1,\"name\":\"edge\"}");
      mall.send("DELETE", ENTITIES + "/merchants/m1", operator(), null);
      long won = central.data.put("areas", "1", "{\"id\":1,\"name\":\"central\"}");
      central.listen();
      await().atMost(SOON).until(() -> conflicts(mall).size() == 1);
      JsonNode conflict = conflicts(mall).get(0);
      assertThat(conflict.path("type").asText()).isEqualTo("area");
      assertThat(conflict.path("item_id").asText()).isEqualTo("1");
      assertThat(conflict.path("operation").asText()).isEqualTo("update");
      assertThat(conflict.at("/losing/name").asText()).isEqualTo("edge");
      assertThat(conflict.at("/winning/name").asText()).isEqualTo("central");
      assertThat(conflict.path("base_seq").asLong()).isEqualTo(base);
      assertThat(conflict.path("seq").asLong()).isEqualTo(won);
      assertThat(conflict.path("error").isNull()).isTrue();
      awaitSame(mall);
      assertThat(mall.get(ENTITIES + "/areas/1", operator()).body()).contains("central");
      // the second edit comes after the first one
      await().atMost(SOON).until(() -> central.data.item("merchants", "m1") == null);
      assertThat(state(mall).at("/sync/conflicts").asInt()).isEqualTo(1);
      assertThat(mall.get("/api/sync/conflicts", null).status()).isEqualTo(401);
    }
  }

  @Test
  void theEdgeWinsWhenThePolicySaysSo() {
    try (TestMall mall = settled(Map.of("drover.sync.conflict-policy", "edge-wins"))) {
      central.goAway();
      awaitAway(mall);
      mall.send("PUT", ENTITIES + "/areas/1", operator(), "{\"id\":1,\"name\":\"edge\"}");
      mall.send("PUT", ENTITIES + "/areas/2", operator(), "{\"id\":2,\"name\":\"edge\"}");
      central.data.put("areas", "1", "{\"id\":1,\"name\":\"central\"}");
      central.data.put("areas", "2", null);
      central.listen();
      awaitSent(mall);
      assertThat(central.data.item("areas", "1")).contains("edge");
      assertThat(central.data.item("areas", "2")).contains("edge");
      assertThat(conflicts(mall)).isEmpty();
      assertThat(central.changes)
          .extracting(item -> item.at("/body/changes/0/operation").asText())
          .as("the second one was deleted")
          .containsExactly("update", "update", "update", "create");
      awaitSame(mall);
    }
  }

  @Test
  void anEditThatCentralRefusesHoldsUpNoOther() {
    try (TestMall mall = settled(Map.of())) {
      central.goAway();
      awaitAway(mall);
      mall.send("PUT", ENTITIES + "/areas/1", operator(), "{\"id\":1,\"name\":\"bad\"}");
      mall.send("PUT", ENTITIES + "/areas/2", operator(), "{\"id\":2,\"name\":\"good\"}");
      central.uploads.refused.add("\"bad\"");
      central.listen();
      awaitSent(mall);
      assertThat(central.data.item("areas", "2")).contains("good");
      assertThat(conflicts(mall)).hasSize(1);
      assertThat(conflicts(mall).get(0).path("error").asText())
          .contains("400", "VALIDATION_FAILED");
      assertThat(conflicts(mall).get(0).at("/losing/name").asText()).isEqualTo("bad");

      central.nextBody.put(
          FakeCentral.CHANGES,
          "{\"results\":[{\"type\":\"area\",\"id\":\"2\",\"status\":\"puzzled\"}]}");
      mall.send("PUT", ENTITIES + "/areas/2", operator(), "{\"id\":2,\"name\":\"odd\"}");
      await().atMost(SOON).until(() -> conflicts(mall).size() == 2);
      assertThat(conflicts(mall).get(1).path("error").asText()).contains("puzzled");
    }
  }
}
