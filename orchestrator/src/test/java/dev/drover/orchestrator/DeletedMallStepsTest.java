package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.drover.engine.crypto.Role;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.EditedFlows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator has deleted or moved guards, proofs, stores and commits of a mall's flows (cases C9,
 * D4, D13). Nothing is answered as if it were done, nothing is acknowledged that no store has; with
 * the flows as they were, what came meanwhile is taken.
 */
class DeletedMallStepsTest extends MallTestBase {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  @TempDir Path flows;

  private EditedFlows repository() {
    return new EditedFlows(HOME, flows, List.of("shared", "orchestrator"));
  }

  private static Map<String, String> with(EditedFlows edited) {
    return Map.of("camel.main.routes-include-pattern", edited.pattern());
  }

  private static boolean isGuard(String step) {
    return step.strip().startsWith("- to:") && step.contains("uri: kamelet:authorise-action");
  }

  private static void heldBack(TestMall.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(500);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("INTERNAL_ERROR");
    assertThat(answer.json().fieldNames()).toIterable().containsOnly("error", "message");
  }

  private static String contractCheck(TestMall mall) {
    return mall.get("/health", null).json().at("/checks/contract").asText();
  }

  @Test
  void c9WithoutAuthoriseNoSecuredOperationOfAMallAnswers() throws IOException {
    try (TestMall mall = settled(with(repository().delete(DeletedMallStepsTest::isGuard)))) {
      for (String token : List.of(operator(), central.token(Role.OPERATOR, "another-mall"))) {
        JsonNode contract =
            new YAMLMapper().readTree(HOME.resolve("proto/openapi/orchestrator.yaml").toFile());
        List<String> answered = new ArrayList<>();
        int asked = 0;
        for (Map.Entry<String, JsonNode> path : contract.path("paths").properties()) {
          for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
            boolean open = method.getValue().has("security");
            if (!Set.of("get", "post", "put", "delete").contains(method.getKey()) || open) {
              continue;
            }
            asked++;
            String concrete =
                path.getKey()
                    .replace("{entity_id}", FakeCentral.ENTITY)
                    .replace("{collection}", "areas")
                    .replaceAll("\\{[a-z_]+\\}", "1");
            String body = method.getValue().has("requestBody") ? "{\"id\":\"1\"}" : null;
            TestMall.Answer answer =
                mall.send(method.getKey().toUpperCase(Locale.ROOT), concrete, token, body);
            boolean refused =
                answer.status() >= 400 && answer.status() != 404 && answer.status() != 409;
            if (!refused || answer.json().at("/error/code").isMissingNode()) {
              answered.add(concrete + " " + answer.status() + " " + answer.body());
            }
          }
        }
        assertThat(answered).isEmpty();
        assertThat(asked).isGreaterThan(20);
        heldBack(mall.get(ENTITIES + "/areas", token));
        heldBack(mall.send("POST", "/api/orchestrator/resync", token, null));
      }
      assertThat(contractCheck(mall)).isEqualTo("degraded");
      assertThat(mall.get("/health", null).json().path("problems").toString())
          .contains("12-entity-reads.camel.yaml", "05-operations.camel.yaml");
    }
  }

  private EditedFlows careless() {
    return repository()
        .delete("beacons-logs-receive", "prove-beacon")
        .delete("beacons-heartbeat-report", "into-the-uplink")
        .delete("edits-item-create", "store-edit")
        .move("events-task-create", "commit", "record-work");
  }

  private boolean uploaded(String type) {
    return central.uploads.all().stream().anyMatch(item -> item.type().equals(type));
  }

  private static void publishHeartbeat(TestMall mall, TestBeacon beacon) throws IOException {
    String nonce = beacon.nonce();
    try (RawMqtt client = new RawMqtt(mall.mqtt, 5)) {
      client.connect(beacon.device, nonce + "." + beacon.sign(nonce));
      byte[] body = beacon.heartbeatBody("error").toString().getBytes(StandardCharsets.UTF_8);
      client.send(client.publishPacket("beacons/" + beacon.id() + "/heartbeat", body));
      assertThat(client.read().type()).isEqualTo(0x40);
    }
  }

  @Test
  void d4WhatNoStoreHasIsNeitherAnsweredNorAcknowledgedAndComesAgain() throws Exception {
    String task = "{\"task_id\":\"t\"}";
    Map<String, String> edited = new HashMap<>(with(careless()));
    edited.put("drover.limits.failed-signatures", "9999/1m");
    try (TestMall mall = settled(edited)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      assertThat(beacon.register().status()).isEqualTo(200);
      heldBack(beacon.heartbeat("online"));
      TestMall.Answer forged =
          beacon.post(
              "access-logs",
              beacon.logs("b-1", "l-01").toString(),
              beacon.nonce(),
              "forged",
              Map.of());
      assertThat(forged.status()).as(forged.body()).isBetween(400, 599);
      heldBack(mall.send("POST", ENTITIES + "/areas", operator(), "{\"id\":\"new\"}"));
      publishHeartbeat(mall, beacon);
      central.send("evt-e-0-1", "task_create", task);
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(mall.get("/health", null).json().path("problems").toString())
                      .contains("03-event-handlers.camel.yaml", "beaconHeartbeat"));
      assertThat(contractCheck(mall)).isEqualTo("degraded");
      assertThat(state(mall).path("cursor").asText()).isNotEqualTo("evt-e-0-1");
      assertThat(acked("evt-e-0-1")).isFalse();
      assertThat(uploaded("beacon_heartbeat")).isFalse();
      assertThat(uploaded("access_logs")).isFalse();
    }
    try (TestMall mall = settled(Map.of())) {
      await().atMost(SOON).until(() -> uploaded("beacon_heartbeat"));
      central.send("evt-e-0-1", "task_create", task);
      await().atMost(SOON).until(() -> acked("evt-e-0-1"));
      assertThat(contractCheck(mall)).isEqualTo("healthy");
      assertThat(mall.context.getBean(UplinkStore.class).ledger().balanced()).isTrue();
    }
  }
}
