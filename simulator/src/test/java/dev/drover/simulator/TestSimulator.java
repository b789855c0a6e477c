package dev.drover.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.flows.CatalogOfProcess;
import dev.drover.proto.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The real application on free ports, in this process. */
final class TestSimulator implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** An answer; status -1 when there was none. */
  record Answer(int status, String body) {
    JsonNode json() {
      return Json.tree(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  private final ConfigurableApplicationContext context;
  private final String url;

  TestSimulator(Path data, String central, Map<String, String> more) {
    int port = FreePort.pick();
    url = "http://127.0.0.1:" + port;
    Map<String, Object> settings = new HashMap<>();
    settings.put("drover.home", System.getProperty("drover.home"));
    settings.put("drover.data", data.toString());
    settings.put("drover.port", port);
    settings.put("drover.simulator.line-port", FreePort.pick());
    settings.put("server.port", FreePort.pick());
    settings.put("drover.central.url", central);
    settings.put("drover.entity-id", FakeEntities.ENTITY);
    settings.put("drover.orchestrator-id", "orch-001");
    settings.putAll(more);
    context =
        new SpringApplicationBuilder(SimulatorApplication.class)
            .properties("camel.main.run-controller=false")
            .run(
                settings.entrySet().stream()
                    .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                    .toArray(String[]::new));
  }

  /** What its flows may name, as written for the gate and as it is. */
  CatalogOfProcess.Compared catalog() {
    return CatalogOfProcess.compare(
        context.getBean(CamelContext.class),
        Path.of(System.getProperty("drover.home")),
        "simulator",
        "simulator");
  }

  static Answer ask(String url) {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  Answer get(String path) {
    return send(HttpRequest.newBuilder(URI.create(url + path)));
  }

  Answer post(String path, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      return new Answer(-1, "{}");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
