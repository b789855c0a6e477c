package dev.drover.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A real central with embedded Kafka and Mongo, and a client of its REST interface. */
final class BenchCentral implements AutoCloseable {
  private static final Path DATA = Path.of("bench/target/sync/central").toAbsolutePath();

  private final HttpClient client = HttpClient.newHttpClient();
  private final int port = Machine.freePort();
  private final Process process;
  private final GcLog heap;
  private final String token;

  /** Starts it with an empty data directory. */
  BenchCentral() throws IOException, InterruptedException {
    Machine.delete(DATA);
    Map<String, String> environment = new HashMap<>();
    environment.put("DROVER_HOME", Path.of("").toAbsolutePath().toString());
    environment.put("DROVER_PORT", String.valueOf(port));
    for (String door : List.of("GRPC", "MANAGEMENT", "KAFKA", "MONGO")) {
      environment.put("DROVER_" + door + "_PORT", String.valueOf(Machine.freePort()));
    }
    // the limit would be measured instead
    environment.put("DROVER_LIMITS_SYNC_DELTA", "100000/1m");
    Path log = DATA.resolve("gc.log");
    process =
        Machine.start(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "@config/jvm/central.options",
                GcLog.option(log),
                "-jar",
                "central/target/drover-central.jar"),
            environment,
            DATA);
    heap = new GcLog(process, log);
    Machine.await(process, url() + "/health");
    token = token(Role.OPERATOR, Grant.EVERY_ENTITY);
  }

  /** A token as {@code ./drover token} makes it. */
  String token(Role role, String entity) {
    return new TokenIssuer(
            new FileKeyProvider(DATA.resolve("keys")).signing("central-token"), Clock.systemUTC())
        .issue(new Grant("bench", role, entity), Duration.ofHours(2))
        .value();
  }

  /** The token of an operator of all entities. */
  String token() {
    return token;
  }

  int port() {
    return port;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  GcLog heap() {
    return heap;
  }

  /** The processor time that it has used, in seconds. */
  double cpu() {
    return Machine.cpu(process);
  }

  /** Uploads merchants; those of one call are one atomic step. Returns the cursor after it. */
  String upload(String entity, List<String> merchants) throws IOException, InterruptedException {
    String body = "{\"merchants\":[" + String.join(",", merchants) + "]}";
    return post("/api/entities/" + entity + "/import", body).path("seq").asText();
  }

  JsonNode post(String path, String body) throws IOException, InterruptedException {
    return Json.tree(send(request(path).POST(HttpRequest.BodyPublishers.ofString(body))));
  }

  byte[] get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path))
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json");
  }

  private byte[] send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(answer.uri() + " answers " + answer.statusCode());
    }
    return answer.body();
  }

  @Override
  public void close() throws IOException {
    try {
      Machine.stop(process);
    } catch (InterruptedException e) {
      throw new InterruptedIOException("central was not awaited");
    }
  }
}
