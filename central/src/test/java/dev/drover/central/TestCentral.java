package dev.drover.central;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.Signatures;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole central in this JVM, with real ports, and clients that log in as what they are. */
final class TestCentral implements AutoCloseable {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  /** An answer. */
  record Answer(int status, String body, java.net.http.HttpHeaders headers) {
    JsonNode json() {
      return Json.tree(body.getBytes(StandardCharsets.UTF_8));
    }

    String code() {
      return json().at("/error/code").asText();
    }
  }

  final HttpClient client = HttpClient.newHttpClient();
  final ConfigurableApplicationContext context;
  private final Path data;
  private final int port;

  TestCentral(Path data, String... settings) {
    this(data, CentralApplication.class, settings);
  }

  /** With beans of the test's own. */
  TestCentral(Path data, Class<?> beans, String... settings) {
    this.data = data;
    this.port = FreePort.pick();
    List<String> all =
        new ArrayList<>(
            List.of(
                "--drover.home=" + HOME,
                "--drover.data=" + data,
                "--drover.port=" + port,
                "--drover.grpc.port=0",
                "--server.port=" + FreePort.pick(),
                "--drover.kafka.port=" + FreePort.pick(),
                "--drover.mongo.port=" + FreePort.pick(),
                "--drover.events.ping-interval=500",
                "--drover.step-log=" + HOME.resolve("central/target/executed-steps.txt")));
    for (String setting : settings) {
      all.removeIf(usual -> usual.startsWith(setting.replaceFirst("=.*", "=")));
      all.add(setting);
    }
    this.context =
        SpringApplication.run(
            new Class<?>[] {CentralApplication.class, beans}, all.toArray(String[]::new));
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  /** A token that central's key signs. */
  String token(Role role, String entity) {
    return token(role, entity, Duration.ofMinutes(5));
  }

  String token(Role role, String entity, Duration lifetime) {
    KeyPair key = new FileKeyProvider(data.resolve("keys")).signing("central-token");
    return new TokenIssuer(key, Clock.systemUTC())
        .issue(new Grant(role.wire() + "-1", role, entity), lifetime)
        .value();
  }

  String admin() {
    return token(Role.ADMIN, Grant.EVERY_ENTITY);
  }

  Answer send(String method, String path, String token, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(60));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    headers.forEach(request::header);
    if (body == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request.header("Content-Type", "application/json");
      request.method(method, HttpRequest.BodyPublishers.ofString(body));
    }
    try {
      HttpResponse<String> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body(), answer.headers());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Answer get(String path, String token) {
    return send("GET", path, token, null, Map.of());
  }

  Answer post(String path, String token, String body) {
    return send("POST", path, token, body, Map.of());
  }

  /** A mall of a fresh entity that has registered. */
  Mall registered(String prefix) {
    Mall mall = new Mall(prefix + "-" + UUID.randomUUID());
    mall.register();
    return mall;
  }

  /** A mall with a key of its own. */
  final class Mall {
    final String entity;
    final KeyPair key = PrivateKeys.generate();
    String token;
    String assigned;

    Mall(String entity) {
      this.entity = entity;
    }

    ObjectNode registration() {
      ObjectNode body = Json.MAPPER.createObjectNode();
      body.put("entity_id", entity).put("orchestrator_id", "orch-001").put("version", "0.1.0");
      body.putArray("capabilities");
      body.put("public_key", PublicKeys.toPem((ECPublicKey) key.getPublic()));
      body.put("heartbeat_interval", 60).put("local_address", "https://mall.local:50051");
      return body.put("timestamp", Instant.now().toString());
    }

    String sign(String body) {
      return Signatures.sign(
          (ECPrivateKey) key.getPrivate(), body.getBytes(StandardCharsets.UTF_8));
    }

    Answer register(ObjectNode registration) {
      String body = registration.toString();
      return send(
          "POST", "/api/orchestrators/register", null, body, Map.of("X-Signature", sign(body)));
    }

    Answer register() {
      Answer answer = register(registration());
      if (answer.status() == 200) {
        token = answer.json().path("token").asText();
        assigned = answer.json().path("assigned_id").asText();
      }
      return answer;
    }

    Answer heartbeat(String more) {
      return post("/api/orchestrators/heartbeat", token, "{\"status\":\"healthy\"" + more + "}");
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
