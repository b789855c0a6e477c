package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.crypto.Role;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The program of document 2, written out literally, against a real central. */
class GuideClientTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private final CentralProcess central = Shared.central();

  /**
   * Step 2 of the guide: the server URL it is given is {@code sync_endpoints.events}, to which it
   * appends the path once more; data that is not JSON ends it; an id moves its cursor.
   */
  private static final class EventListener {
    private final String serverUrl;
    private final String token;
    private final String entityId;
    private final String orchestratorId;
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final List<JsonNode> updates = new CopyOnWriteArrayList<>();
    private volatile String lastEventId;
    private volatile String died;
    private volatile HttpURLConnection connection;

    EventListener(String serverUrl, String token, String entityId, String orchestratorId) {
      this.serverUrl = serverUrl;
      this.token = token;
      this.entityId = entityId;
      this.orchestratorId = orchestratorId;
    }

    void listen() {
      try {
        connection =
            (HttpURLConnection)
                URI.create(serverUrl + "/api/orchestrators/events").toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + token);
        connection.setRequestProperty("Accept", "text/event-stream");
        connection.setRequestProperty("X-Entity-ID", entityId);
        connection.setRequestProperty("X-Orchestrator-ID", orchestratorId);
        if (lastEventId != null) {
          connection.setRequestProperty("Last-Event-ID", lastEventId);
        }
        if (connection.getResponseCode() / 100 != 2) {
          throw new IllegalStateException("Failed to connect: " + connection.getResponseCode());
        }
        String event = "message";
        String id = null;
        StringBuilder data = new StringBuilder();
        try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
              if (data.length() > 0) {
                handle(event, id, data.toString());
              }
              event = "message";
              id = null;
              data.setLength(0);
            } else if (line.startsWith("event:")) {
              event = line.substring(6).strip();
            } else if (line.startsWith("id:")) {
              id = line.substring(3).strip();
            } else if (line.startsWith("data:")) {
              data.append(line.substring(5).strip());
            }
          }
        }
        died = "Event stream ended normally";
      } catch (Exception e) {
        died = "Event stream error: " + e;
      }
    }

    private void handle(String event, String id, String data) throws Exception {
      if (id != null) {
        lastEventId = id;
      }
      JsonNode parsed = Api.JSON.readTree(data);
      handled.add(event);
      if (event.equals("data_update")) {
        updates.add(parsed);
      }
    }
  }

  @Test
  void theGuidesProgramRegistersListensAndReceivesAChange() {
    Mall mall = new Mall("guide-mall", "orch-001");
    JsonNode registered = mall.register(central.api());
    assertThat(registered.path("sync_endpoints").path("events").asText()).startsWith(central.url());

    EventListener listener =
        new EventListener(
            registered.path("sync_endpoints").path("events").asText(),
            registered.path("token").asText(),
            mall.entity(),
            mall.orchestrator());
    Thread thread = new Thread(listener::listen, "guide-client");
    thread.setDaemon(true);
    thread.start();
    Awaitility.await().atMost(SOON).until(() -> listener.handled.contains("connected"));

    String operator = central.token(Role.OPERATOR, mall.entity(), "olga");
    String area = "/api/entities/guide-mall/areas";
    assertThat(central.api().post(area, operator, "{\"id\":\"area-1\",\"name\":\"A\"}").status())
        .isEqualTo(201);
    assertThat(
            central.api().put(area + "/area-1", operator, "{\"id\":\"area-1\",\"n\":2}").status())
        .isEqualTo(200);

    Awaitility.await()
        .atMost(SOON)
        .until(
            () ->
                listener.updates.stream()
                    .anyMatch(
                        update ->
                            update
                                .path("changes")
                                .path("areas")
                                .toString()
                                .equals("[\"area-1\"]")));
    // Pings parse too, and the cursor is the stream's.
    Awaitility.await().atMost(SOON).until(() -> listener.handled.contains("ping"));
    assertThat(listener.died).isNull();
    assertThat(listener.lastEventId).isNotBlank();
    assertThat(listener.updates.get(0).path("type").asText()).isEqualTo("entity_update");
    assertThat(listener.updates.get(0).path("checksum").asText()).startsWith("sha256:");
    listener.connection.disconnect();
  }

  /** The integration test that document 2 prints: a random key, test-entity, test-orch. */
  @Test
  void theGuidesRegistrationTestPasses() {
    JsonNode registered = new Mall("test-entity", "test-orch").register(central.api());

    assertThat(registered.path("token").asText()).isNotEmpty();
    assertThat(registered.path("assigned_id").asText()).isNotEmpty();
    assertThat(registered.path("expires_at").isIntegralNumber()).isTrue();
    assertThat(registered.path("sync_endpoints").path("data_sync").asText()).startsWith("http");
    assertThat(registered.path("sync_endpoints").path("firmware").asText()).startsWith("http");
    assertThat(registered.path("initial_sync_required").asBoolean()).isTrue();
  }

  @Test
  void theAssignedIdWorksLikeTheRequestedOne() {
    Mall mall = Mall.fresh("both-ids");
    JsonNode registered = mall.register(central.api());
    String token = registered.path("token").asText();
    String heartbeat =
        "{\"orchestrator_id\":\"%s\",\"entity_id\":\"%s\",\"status\":\"healthy\",\"version\":\"0.1.0\","
            + "\"uptime_seconds\":1,\"connected_robots\":0,\"active_tasks\":0,\"pending_tasks\":0,"
            + "\"metrics\":{\"cpu_percent\":1.5},\"timestamp\":\"2025-01-08T11:00:00Z\"}";

    Api.Answer first =
        central
            .api()
            .post(
                "/api/orchestrators/heartbeat",
                token,
                heartbeat.formatted(registered.path("assigned_id").asText(), mall.entity()));
    assertThat(first.status()).as(first.toString()).isEqualTo(200);
    assertThat(first.json().path("acknowledged").asBoolean()).isTrue();
    assertThat(first.json().path("next_heartbeat_seconds").asInt()).isEqualTo(60);
    assertThat(Instant.parse(first.json().path("server_time").asText()))
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    assertThat(Optional.ofNullable(first.json().get("commands"))).isPresent();

    // The same caller by its other name: the limit proves that both are one record.
    Api.Answer second =
        central
            .api()
            .post(
                "/api/orchestrators/heartbeat",
                token,
                heartbeat.formatted(mall.orchestrator(), mall.entity()));
    assertThat(second.status()).isEqualTo(429);
    assertThat(second.code()).isEqualTo("RATE_LIMIT_EXCEEDED");
    assertThat(second.header("Retry-After")).isNotBlank();
    assertThat(second.header("X-RateLimit-Limit")).isEqualTo("1");
    assertThat(second.header("X-RateLimit-Remaining")).isEqualTo("0");
    assertThat(second.header("X-RateLimit-Reset")).isNotBlank();
  }
}
