package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Clients;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Program;
import dev.drover.e2e.harness.Shared;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Clients that we did not write read the event stream: curl, npm's eventsource and ws, the JDK. */
class ForeignClientsTest {
  private final CentralProcess central = Shared.central();
  private final Mall mall = Mall.fresh("foreign");
  private final String token = mall.register(central.api()).path("token").asText();

  private String streamUrl() {
    return central.url() + "/api/orchestrators/events";
  }

  private void change(String id) {
    String path = "/api/entities/" + mall.entity() + "/merchants";
    assertThat(central.api().post(path, central.admin(), "{\"id\":\"" + id + "\"}").status())
        .isEqualTo(201);
  }

  @Test
  void curlReadsTheStream() throws IOException {
    Clients.assumeInstalled("curl", "--version");
    try (Program curl =
        Program.run(
            JavaProcess.HOME,
            "curl",
            "-sN",
            "-H",
            "Authorization: Bearer " + token,
            "-H",
            "Accept: text/event-stream",
            streamUrl())) {
      curl.await("event: connected");
      change("m-1");
      curl.await("event: data_update");
      curl.await("\"merchants\":[\"m-1\"]");
    }
  }

  @Test
  void anEventSourceFromNpmReadsTheStream() throws Exception {
    Path clients = Clients.npm();
    try (Program node = Program.run(clients, "node", "eventsource.mjs", streamUrl(), token)) {
      node.await("\"type\":\"connected\"");
      change("m-1");
      node.await("\"merchants\":[\"m-1\"]");
      node.await("\"type\":\"ping\"");
      assertThat(node.lines()).noneMatch(line -> line.startsWith("error"));
    }
  }

  @Test
  void aWebSocketFromNpmReadsTheStreamAndAcknowledges() throws Exception {
    Path clients = Clients.npm();
    String url = central.url().replace("http", "ws") + "/api/orchestrators/ws";
    try (Program node = Program.run(clients, "node", "websocket.mjs", url, token)) {
      node.await("\"event\":\"connected\"");
      node.await("\"type\":\"pong\"");
      change("m-1");
      node.await("\"merchants\":[\"m-1\"]");
      node.await("\"acknowledged\":1");
    }
  }

  /** Frames of the JDK's WebSocket. */
  private static final class Frames implements WebSocket.Listener {
    private final List<String> texts = new CopyOnWriteArrayList<>();
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

    JsonNode await(String text) throws IOException {
      Awaitility.await(text + " in " + texts)
          .atMost(Duration.ofSeconds(20))
          .until(() -> texts.stream().anyMatch(frame -> frame.contains(text)));
      return Api.JSON.readTree(
          texts.stream().filter(frame -> frame.contains(text)).findFirst().orElseThrow());
    }
  }

  private WebSocket open(String query, String bearer, Frames frames) {
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    if (bearer != null) {
      builder.header("Authorization", "Bearer " + bearer);
    }
    return builder
        .buildAsync(
            URI.create(central.url().replace("http", "ws") + "/api/orchestrators/ws" + query),
            frames)
        .join();
  }

  @Test
  void theJdksWebSocketReadsFramesOfAppendixB() throws IOException {
    Frames frames = new Frames();
    WebSocket socket = open("", token, frames);
    JsonNode connected = frames.await("\"connected\"");
    assertThat(connected.path("type").asText()).isEqualTo("event");
    assertThat(connected.path("event").asText()).isEqualTo("connected");
    change("m-1");
    JsonNode update = frames.await("\"m-1\"");
    assertThat(update.path("type").asText()).isEqualTo("event");
    assertThat(update.path("event").asText()).isEqualTo("data_update");
    assertThat(update.path("id").asText()).startsWith("evt-");
    assertThat(update.path("data").path("entity_id").asText()).isEqualTo(mall.entity());

    socket.sendText("{\"type\":\"ping\"}", true).join();
    frames.await("\"pong\"");
    String foreign = "evt-foreign-0-1";
    String ids = update.path("id").asText() + "\",\"" + foreign;
    socket.sendText("{\"type\":\"ack\",\"event_ids\":[\"" + ids + "\"]}", true).join();
    assertThat(frames.await("\"unknown\"").toString()).contains(foreign);
    socket.sendText("{\"type\":\"dance\"}", true).join();
    frames.await("VALIDATION_FAILED");
    socket
        .sendText("{\"type\":\"heartbeat\",\"status\":\"healthy\",\"version\":\"1\"}", true)
        .join();
    frames.await("next_heartbeat_seconds");
    socket.abort();

    // Where a client cannot send headers, token and cursor stand in the query.
    change("m-2");
    Frames again = new Frames();
    WebSocket second =
        open(
            "?access_token=" + token + "&last_event_id=" + update.path("id").asText(), null, again);
    again.await("\"m-2\"");
    assertThat(again.texts).noneMatch(frame -> frame.contains("\"m-1\""));
    second.abort();
  }
}
