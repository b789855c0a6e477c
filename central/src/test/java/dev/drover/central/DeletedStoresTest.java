package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.Edit;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.entity.ItemRef;
import dev.drover.engine.crypto.Role;
import dev.drover.proto.BeaconId;
import dev.drover.proto.EditedFlows;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator has deleted proofs, stores and what publishes from flows of central (cases D4, D13).
 * Nothing is answered as if it were done, and nothing is forgotten: with the flows as they were,
 * what waited is told and what is sent again is stored.
 */
class DeletedStoresTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ITEMS = "/areas";

  @TempDir Path data;
  @TempDir Path flows;

  private String edited() {
    return new EditedFlows(HOME, flows, List.of("shared", "central"))
        .delete("registration-token-refresh", "verify-pinned-key")
        .delete("entity-item-create", "create-item")
        .delete("beacons-heartbeat-store", "store-heartbeat")
        .delete("events-ack-accept", "store-acks")
        .delete("events-ws-frames", "store-acks")
        .delete("events-relay-publish", "publish-events")
        .delete("uploads-batch-accept", "store-logs")
        .pattern();
  }

  private static void heldBack(TestCentral.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(500);
    assertThat(answer.code()).isEqualTo("INTERNAL_ERROR");
    assertThat(answer.json().fieldNames()).toIterable().containsOnly("error", "message");
  }

  private static String refresh(TestCentral.Mall mall) {
    String claims =
        new String(
            Base64.getUrlDecoder().decode(mall.token.split("\\.")[1]), StandardCharsets.UTF_8);
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("orchestrator_id", "orch-001");
    body.put("token_id", Json.tree(claims.getBytes(StandardCharsets.UTF_8)).path("jti").asText());
    return body.put("timestamp", Instant.now().toString()).toString();
  }

  private static String logs(String beacon) {
    return "{\"batch_id\":\"b-1\",\"items\":[{\"seq\":1,\"type\":\"access_logs\","
        + "\"idempotency_key\":\"k-1\",\"created_at\":\"2026-11-21T10:00:00Z\",\"body\":"
        + "{\"beacon_id\":\""
        + beacon
        + "\",\"batch_id\":\"l-1\",\"logs\":[{\"log_id\":\"log-1\","
        + "\"timestamp\":\"2026-11-21T10:00:00Z\",\"user_id\":\"ada\",\"result\":\"success\","
        + "\"method\":\"ecdsa_proof\"}],\"total_logs\":1}}]}";
  }

  private static String registration(String entity, String device) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("entity_id", entity).put("device_id", device).put("device_type", "turnstile");
    body.put("firmware_version", "0.1.8").putObject("location").put("area_id", "a-1");
    return body.toString();
  }

  private static String logsOf(TestCentral central, TestCentral.Mall mall) {
    String operator = central.token(Role.OPERATOR, mall.entity);
    return central.get("/api/entities/" + mall.entity + "/access-logs", operator).body();
  }

  @Test
  void d13WithoutProofOrStoreNothingIsAnsweredAndNothingIsLost() throws Exception {
    TestCentral.Mall mall;
    String beacon;
    String cursor;
    try (TestCentral central =
        new TestCentral(data, "--camel.main.routes-include-pattern=" + edited())) {
      mall = central.registered("deleted-stores");
      beacon = BeaconId.of(mall.entity, "d-1");
      TestCentral.Answer known =
          central.post(
              "/api/orchestrators/beacons/register", mall.token, registration(mall.entity, "d-1"));
      assertThat(known.status()).as(known.body()).isEqualTo(200);
      String path = "/api/entities/" + mall.entity + ITEMS;
      String signed = refresh(mall);
      for (String signature : List.of("none", mall.sign(signed))) {
        heldBack(
            central.send(
                "POST",
                "/api/orchestrators/token/refresh",
                mall.token,
                signed,
                Map.of("X-Signature", signature)));
      }
      for (int time = 0; time < 2; time++) {
        heldBack(
            central.send(
                "POST",
                path,
                central.token(Role.OPERATOR, mall.entity),
                "{\"id\":\"a-9\"}",
                Map.of("X-Idempotency-Key", "same-key")));
        heldBack(central.post("/api/orchestrators/uploads", mall.token, logs(beacon)));
      }
      String alive = "{\"beacon_id\":\"" + beacon + "\",\"status\":\"online\"}";
      heldBack(central.post("/api/orchestrators/beacons/heartbeat", mall.token, alive));
      String acks = "{\"event_ids\":[\"evt-1\"],\"status\":\"processed\"}";
      heldBack(central.post("/api/orchestrators/events/ack", mall.token, acks));
      FrameClient client = new FrameClient(central, mall.token);
      cursor = client.event("connected").path("id").asText();
      JsonNode frame = client.reply(acks.replace("{", "{\"type\":\"ack\","));
      assertThat(frame.path("type").asText()).as(frame.toString()).isEqualTo("error");
      assertThat(frame.toString()).contains("INTERNAL_ERROR");
      central
          .bean(EntityStore.class)
          .writes()
          .write(
              mall.entity,
              List.of(
                  new Edit(
                      new ItemRef(mall.entity, "areas", "a-1"),
                      Edit.Kind.UPSERT,
                      "{\"id\":\"a-1\"}")));
      await()
          .atMost(SOON)
          .until(
              () ->
                  central
                      .get("/health", null)
                      .json()
                      .path("problems")
                      .toString()
                      .contains("06-event-relay"));
      assertThat(logsOf(central, mall)).doesNotContain("log-1");
    }
    try (TestCentral central = new TestCentral(data)) {
      assertThat(central.get("/health", null).json().at("/checks/contract").asText())
          .isEqualTo("healthy");
      TestCentral.Answer stored =
          central.post("/api/orchestrators/uploads", mall.token, logs(beacon));
      assertThat(stored.json().at("/results/0/status").asText())
          .as(stored.body())
          .isEqualTo("stored");
      assertThat(logsOf(central, mall)).contains("log-1");
      JsonNode told =
          new FrameClient(central, mall.token, Map.of("Last-Event-ID", cursor))
              .event("entity_update");
      assertThat(told.toString()).contains("a-1", mall.entity);
    }
  }
}
