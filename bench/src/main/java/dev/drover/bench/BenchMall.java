package dev.drover.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A real orchestrator that reaches its central through a {@link Relay}. */
final class BenchMall implements AutoCloseable {
  private static final long PATIENCE = 300_000_000_000L;

  private final HttpClient client = HttpClient.newHttpClient();
  private final BenchCentral central;
  private final String entity;
  private final Path data;
  private final Relay relay;
  private final int port = Machine.freePort();
  private final int management = Machine.freePort();
  private Process process;
  private GcLog heap;

  /** A mall with an empty data directory; it is not started yet. */
  BenchMall(BenchCentral central, String entity) throws IOException {
    this.central = central;
    this.entity = entity;
    this.data = Path.of("bench/target/sync/mall-" + entity).toAbsolutePath();
    this.relay = new Relay(central.port());
    Machine.delete(data);
  }

  /** Starts it, and waits until its data was found equal to central's. */
  void start() throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("DROVER_HOME", Path.of("").toAbsolutePath().toString());
    environment.put("DROVER_PORT", String.valueOf(port));
    environment.put("DROVER_MANAGEMENT_PORT", String.valueOf(management));
    environment.put("DROVER_GRPC_PORT", String.valueOf(Machine.freePort()));
    environment.put("DROVER_MQTT_PORT", String.valueOf(Machine.freePort()));
    environment.put("CENTRAL_SERVER_URL", "http://127.0.0.1:" + relay.port());
    environment.put("ENTITY_ID", entity);
    environment.put("ORCHESTRATOR_ID", "bench-orchestrator");
    environment.put("DROVER_FIRMWARE", data.resolve("firmware").toString());
    // many deltas in one minute are what is measured
    environment.put("DROVER_SYNC_DELTAS_PER_MINUTE", "100000");
    environment.put("DROVER_SYNC_DEBOUNCE", "0ms");
    Path log = data.resolve("gc.log");
    process =
        Machine.start(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "@config/jvm/orchestrator.options",
                GcLog.option(log),
                "-jar",
                "orchestrator/target/drover-orchestrator.jar"),
            environment,
            data);
    heap = new GcLog(process, log);
    Machine.await(process, url() + "/health");
  }

  Relay relay() {
    return relay;
  }

  Path data() {
    return data;
  }

  String entity() {
    return entity;
  }

  GcLog heap() {
    return heap;
  }

  /** The processor time that it has used, in seconds. */
  double cpu() {
    return Machine.cpu(process);
  }

  private String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Where its data stands. */
  JsonNode state() throws IOException, InterruptedException {
    return Json.tree(send(url() + "/api/orchestrator/state", false)).path("sync");
  }

  /** Waits for a state of its data. */
  void await(Predicate<JsonNode> wanted) throws IOException, InterruptedException {
    long limit = System.nanoTime() + PATIENCE;
    while (!wanted.test(state())) {
      if (!process.isAlive() || System.nanoTime() > limit) {
        throw new IOException("the mall does not get there: " + state());
      }
      Thread.sleep(20);
    }
  }

  /** Waits until it has what central has at a cursor. */
  void awaitCursor(String cursor) throws IOException, InterruptedException {
    await(sync -> sync.path("cursor").asText().equals(cursor));
  }

  /** Asks for everything anew, as {@code ./drover resync} does. */
  void resync() throws IOException, InterruptedException {
    send(url() + "/api/orchestrator/resync", true);
  }

  /** How often it has done a kind of sync, and how many seconds that took in all. */
  Timer timer(String kind) throws IOException, InterruptedException {
    String metrics =
        new String(
            send("http://127.0.0.1:" + management + "/actuator/prometheus", false),
            StandardCharsets.UTF_8);
    return new Timer((long) figure(metrics, "count", kind), figure(metrics, "sum", kind));
  }

  /** A timer of the mall. */
  record Timer(long count, double seconds) {}

  private static double figure(String metrics, String what, String kind) {
    return metrics
        .lines()
        .filter(line -> line.startsWith("orchestrator_sync_duration_seconds_" + what + "{"))
        .filter(line -> line.contains("kind=\"" + kind + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private byte[] send(String address, boolean post) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address))
            .header("Authorization", "Bearer " + central.token())
            .header("Content-Type", "application/json");
    if (post) {
      request.POST(HttpRequest.BodyPublishers.ofString("{}"));
    }
    HttpResponse<byte[]> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() == 401) {
      // It has just started and does not have central's keys yet.
      return "{}".getBytes(StandardCharsets.UTF_8);
    }
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(address + " answers " + answer.statusCode());
    }
    return answer.body();
  }

  /** Ends the process; its data stays. */
  void stop() throws InterruptedException {
    Machine.stop(process);
  }

  @Override
  public void close() throws IOException {
    try (relay) {
      stop();
    } catch (InterruptedException e) {
      throw new InterruptedIOException("the mall was not awaited");
    }
  }
}
