package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Clients that we did not write read the event stream: curl, npm's eventsource and ws, the JDK. */
class ForeignClientsTest {
  private static final Path CLIENTS = JavaProcess.HOME.resolve("e2e/target/clients");

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

  /** A program whose standard output is collected line by line. */
  private record Program(Process process, List<String> lines) implements AutoCloseable {
    static Program run(Path directory, String... command) throws IOException {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      List<String> lines = new CopyOnWriteArrayList<>();
      Thread reader =
          new Thread(
              () -> {
                try (BufferedReader output = process.inputReader()) {
                  output.lines().forEach(lines::add);
                } catch (IOException | java.io.UncheckedIOException e) {
                  lines.add("cut: " + e);
                }
              });
      reader.setDaemon(true);
      reader.start();
      return new Program(process, lines);
    }

    void await(String text) {
      Awaitility.await(text + " in " + lines)
          .atMost(Duration.ofSeconds(20))
          .until(() -> lines.stream().anyMatch(line -> line.contains(text)));
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static void assumeInstalled(String... command) {
    boolean installed;
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      installed = process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      installed = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      installed = false;
    }
    Assumptions.assumeTrue(installed, command[0] + " is not installed: this client is not tried");
  }

  private static synchronized Path npmClients() throws IOException, InterruptedException {
    assumeInstalled("node", "--version");
    assumeInstalled("npm", "--version");
    Files.createDirectories(CLIENTS);
    for (String file :
        List.of("package.json", "package-lock.json", "eventsource.mjs", "websocket.mjs")) {
      Files.copy(
          JavaProcess.HOME.resolve("e2e/clients").resolve(file),
          CLIENTS.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Path log = CLIENTS.resolve("npm.log");
    Process npm =
        new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund")
            .directory(CLIENTS.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean installed = npm.waitFor(120, TimeUnit.SECONDS) && npm.exitValue() == 0;
    Assumptions.assumeTrue(installed, "npm ci could not fetch the clients, see " + log);
    return CLIENTS;
  }

  @Test
  void curlReadsTheStream() throws IOException {
    assumeInstalled("curl", "--version");
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
    Path clients = npmClients();
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
    Path clients = npmClients();
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
