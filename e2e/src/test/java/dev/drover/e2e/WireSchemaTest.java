package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Shared;
import dev.drover.e2e.harness.Stream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a real central and a real mall say is what the schemas of the wire messages describe. */
class WireSchemaTest {
  private static final CentralProcess CENTRAL = Shared.central();

  private final Mall mall = Mall.fresh("wire");
  private final JsonNode registered = mall.register(CENTRAL.api());
  private final String token = registered.path("token").asText();
  private final String areas = "/api/entities/" + mall.entity() + "/areas";

  private void change(String id) {
    Api.Answer answer = CENTRAL.api().post(areas, CENTRAL.admin(), "{\"id\":\"" + id + "\"}");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
  }

  private static void assertAnswer(String schema, int status, Api.Answer answer) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    Contracts.assertValid(schema, answer.json());
  }

  @Test
  void registrationAndHeartbeat() throws IOException {
    Contracts.assertValid("register-request", Api.JSON.readTree(mall.registration()));
    Contracts.assertValid("register-response", registered);
    String heartbeat = "{\"status\":\"healthy\"}";
    Contracts.assertValid("heartbeat-request", Api.JSON.readTree(heartbeat));
    assertAnswer(
        "heartbeat-response",
        200,
        CENTRAL.api().post("/api/orchestrators/heartbeat", token, heartbeat));
    assertAnswer(
        "error", 429, CENTRAL.api().post("/api/orchestrators/heartbeat", token, heartbeat));
  }

  @Test
  void eventsAndTheirAcknowledgement() throws IOException {
    try (Stream stream = Stream.open(CENTRAL.url(), token, null)) {
      Contracts.assertValid("connected", stream.await("connected").json());
      change("area-1");
      Stream.Event update = stream.awaitChange("area-1");
      Contracts.assertValid("data-update", update.json());
      assertThat(update.json().path("event_key").asText()).startsWith("data:");
      Contracts.assertValid("ping", stream.await("ping").json());
      String ack = "{\"event_ids\":[\"" + update.id() + "\",\"evt-1\"],\"status\":\"applied\"}";
      Contracts.assertValid("event-ack-request", Api.JSON.readTree(ack));
      Api.Answer answer = CENTRAL.api().post("/api/orchestrators/events/ack", token, ack);
      assertAnswer("event-ack-response", 200, answer);
      assertThat(answer.json().path("acknowledged").asInt()).isEqualTo(1);
    }
  }

  @Test
  void aCursorThatLeadsNowhere() {
    for (String cursor : List.of("evt-00000000-0-000000000007", "<none>")) {
      try (Stream stream = Stream.open(CENTRAL.url(), token, cursor)) {
        Contracts.assertValid("connected", stream.await("connected").json());
        Contracts.assertValid("resync-required", stream.await("resync_required").json());
      }
    }
  }

  @Test
  void pagesOfAList() {
    for (String id : List.of("a", "b", "c")) {
      change(id);
    }
    Api.Answer middle = CENTRAL.api().get(areas + "?offset=1&limit=1", token);
    assertAnswer("entity-page", 200, middle);
    assertThat(middle.json().at("/metadata/next_page_url").isTextual()).isTrue();
    assertAnswer("entity-page", 200, CENTRAL.api().get(areas + "?offset=9", token));
    assertAnswer("entity-page", 200, CENTRAL.api().get("/api/entities", token));
  }

  @Test
  void errors() {
    assertAnswer("error", 401, CENTRAL.api().get(areas, null));
    assertAnswer("error", 403, CENTRAL.api().get("/api/entities/another/areas", token));
    assertAnswer("error", 404, CENTRAL.api().get(areas + "/none", token));
    assertAnswer("error", 400, CENTRAL.api().post("/api/orchestrators/events/ack", token, "{"));
    assertAnswer("error", 401, mall.registering(CENTRAL.api()).header("X-Signature", "A").send());
  }

  /** The frames of a WebSocket, as they come. */
  private static final class Frames implements WebSocket.Listener {
    private final LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        texts.add(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    /** Checks each frame up to the first of this event. */
    void validUntil(String event) throws Exception {
      String name;
      do {
        String text = texts.poll(60, TimeUnit.SECONDS);
        assertThat(text).as("a frame before " + event).isNotNull();
        JsonNode frame = Api.JSON.readTree(text);
        Contracts.assertValid("websocket-event", frame);
        name = frame.path("event").asText();
      } while (!name.equals(event));
    }
  }

  @Test
  void framesOfAWebSocket() throws Exception {
    Frames frames = new Frames();
    URI uri = URI.create(CENTRAL.url().replace("http", "ws") + "/api/orchestrators/ws");
    WebSocket socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + token)
            .header("Last-Event-ID", "<none>")
            .buildAsync(uri, frames)
            .get(60, TimeUnit.SECONDS);
    try {
      frames.validUntil("connected");
      frames.validUntil("resync_required");
      change("area-1");
      frames.validUntil("data_update");
      frames.validUntil("ping");
    } finally {
      socket.abort();
    }
  }

  /** The lines of a process's log so far, each valid; a line being written is left out. */
  private static List<JsonNode> log(JavaProcess process, String name) throws IOException {
    String log = Files.readString(process.data().resolve("logs").resolve(name));
    List<JsonNode> lines = new ArrayList<>();
    for (String line : log.substring(0, log.lastIndexOf('\n') + 1).lines().toList()) {
      lines.add(Api.JSON.readTree(line));
      Contracts.assertValid("log-line", lines.get(lines.size() - 1));
    }
    return lines;
  }

  @Test
  void logOfCentral() throws IOException {
    assertThat(log(CENTRAL, "central.json"))
        .anyMatch(line -> line.path("event").asText().equals("orchestrator_registered"));
  }

  @Test
  void healthAndLogOfAMall() {
    String entity = "wire-" + UUID.randomUUID();
    try (OrchestratorProcess real = OrchestratorProcess.of(CENTRAL, entity)) {
      real.start();
      assertAnswer("orchestrator-health", 200, new Api(real.url()).get("/health", null));
      Awaitility.await("a line of the protocol")
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(log(real, "orchestrator.json"))
                      .anyMatch(line -> line.path("event").asText().equals("stream_connected")));
    }
  }
}
