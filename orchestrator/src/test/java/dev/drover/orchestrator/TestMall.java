package dev.drover.orchestrator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.flows.CatalogOfProcess;
import dev.drover.proto.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The real application on free ports, in this process. */
final class TestMall implements MallDoor, AutoCloseable {
  /** An answer of the mall. */
  record Answer(int status, String body, HttpHeaders headers) {
    JsonNode json() {
      return Json.tree(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  final ConfigurableApplicationContext context;
  private final int port = FreePort.pick();
  final int mqtt = FreePort.pick();
  private final int management = FreePort.pick();
  private final HttpClient http = HttpClient.newHttpClient();

  TestMall(Path data, String central, Map<String, String> more) {
    this(data, central, more, ExecutedSteps.class);
  }

  /** With beans of the test's own. */
  TestMall(Path data, String central, Map<String, String> more, Class<?> beans) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("drover.home", System.getProperty("drover.home"));
    settings.put("drover.data", data.toString());
    settings.put("drover.port", port);
    settings.put("drover.grpc-port", FreePort.pick());
    settings.put("drover.mqtt.port", mqtt);
    settings.put("drover.kafka.port", FreePort.pick());
    settings.put("server.port", management);
    settings.put("drover.central.url", central);
    settings.put("drover.central.read-retries", "0s,20ms,40ms");
    settings.put("drover.central.breaker-pause", "500ms");
    settings.put("drover.entity-id", FakeCentral.ENTITY);
    settings.put("drover.orchestrator-id", FakeCentral.ORCHESTRATOR);
    settings.put("drover.firmware.directory", data.resolve("firmware"));
    settings.put("drover.events.backoff", "100ms,200ms");
    settings.put("drover.events.retry-delay", "10");
    settings.put("drover.events.ack-period", "100");
    settings.put("drover.registration.check-interval", "100");
    settings.put("drover.heartbeat.interval", "1s");
    settings.put("drover.sync.plan-period", "20");
    // it doubles with each delta
    settings.put("drover.sync.debounce", "20ms");
    settings.put("drover.sync.edit-period", "100");
    settings.put("drover.uplink.retry-delay", "20");
    settings.put("drover.uplink.linger", "20");
    settings.put("drover.uplink.period", "50");
    settings.put("drover.housekeeping.interval", "1s");
    settings.putAll(more);
    String[] arguments =
        settings.entrySet().stream()
            .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
            .toArray(String[]::new);
    context =
        new SpringApplicationBuilder(OrchestratorApplication.class, ExecutedSteps.class, beans)
            .properties("camel.main.run-controller=false")
            .run(arguments);
  }

  /** What its flows may name, as written for the gate and as it is. */
  CatalogOfProcess.Compared catalog(String bundle) {
    return CatalogOfProcess.compare(
        context.getBean(CamelContext.class),
        Path.of(System.getProperty("drover.home")),
        bundle,
        "orchestrator");
  }

  Answer get(String path, String token) {
    return get(port, path, token);
  }

  Answer getManagement(String path, String token) {
    return get(management, path, token);
  }

  @Override
  public Answer send(String method, String path, String token, String body) {
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .method(method, publisher),
        token);
  }

  @Override
  public Answer post(String path, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return send(request, null);
  }

  /** Sends bytes as they are, with headers. */
  Answer sendBytes(String method, String path, byte[] body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    return send(request, null);
  }

  private Answer get(int where, String path, String token) {
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + where + path)), token);
  }

  private Answer send(HttpRequest.Builder request, String token) {
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<String> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body(), answer.headers());
    } catch (IOException e) {
      return new Answer(-1, "{}", HttpHeaders.of(Map.of(), (name, value) -> true));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
