package dev.drover.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Signatures;
import dev.drover.proto.Json;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A mall's door for beacons that checks proofs, and says what a test tells it to say. */
final class FakeDoor implements AutoCloseable {
  private static final String DOOR = "/api/orchestrators/beacons/";

  /** A report whose signature and nonce were good. */
  record Report(String device, String kind, String body) {
    JsonNode json() {
      return Json.tree(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  /** Reports that were taken. */
  final List<Report> taken = new CopyOnWriteArrayList<>();

  /** Reports that were proved and refused all the same. */
  final List<Report> refused = new CopyOnWriteArrayList<>();

  /** What is wrong with requests, which a beacon must never do. */
  final List<String> wrongs = new CopyOnWriteArrayList<>();

  /** The status that the next report of a kind gets. */
  final Map<String, Integer> nextStatus = new ConcurrentHashMap<>();

  final Map<String, ECPublicKey> known = new ConcurrentHashMap<>();
  volatile String commands = "[]";
  private final Set<String> nonces = ConcurrentHashMap.newKeySet();
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  FakeDoor() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.body().onSuccess(body -> answer(request, body)))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  List<Report> taken(String kind) {
    return taken.stream().filter(report -> report.kind().equals(kind)).toList();
  }

  private void answer(HttpServerRequest request, Buffer body) {
    if (request.path().equals("/api/uplink/ledger")) {
      request.response().end("{\"pending\":17}");
      return;
    }
    String kind = request.path().substring(DOOR.length());
    if (kind.equals("challenge")) {
      String nonce = UUID.randomUUID().toString();
      nonces.add(nonce);
      request
          .response()
          .end("{\"nonce\":\"" + nonce + "\",\"expires_at\":\"2030-01-01T00:00:00Z\"}");
      return;
    }
    Report report = new Report(request.getHeader("X-Device-ID"), kind, body.toString());
    if (!proved(request, report, body)) {
      wrongs.add(report.toString());
      request.response().setStatusCode(401).end("{}");
      return;
    }
    Integer status = nextStatus.remove(kind);
    if (status == null && !kind.equals("register") && !known.containsKey(report.device())) {
      status = 404;
    }
    if (status != null) {
      refused.add(report);
      request.response().setStatusCode(status).end("{\"error\":{\"code\":\"TEST\"}}");
      return;
    }
    taken.add(report);
    request.response().end(accepted(report));
  }

  private boolean proved(HttpServerRequest request, Report report, Buffer body) {
    String nonce = request.getHeader("X-Nonce");
    if (report.kind().equals("register")) {
      known.putIfAbsent(
          report.device(), PublicKeys.parse(report.json().path("public_key").asText()));
    }
    ECPublicKey key = known.get(report.device());
    byte[] signed = Buffer.buffer(String.valueOf(nonce)).appendBuffer(body).getBytes();
    String signature = request.getHeader("X-Signature");
    // a device that is not known cannot be checked, only told so
    return nonces.remove(String.valueOf(nonce))
        && (key == null || Signatures.verify(key, signed, signature).isPresent());
  }

  private String accepted(Report report) {
    return switch (report.kind()) {
      case "register" -> "{\"beacon_id\":\"b-" + report.device() + "\",\"approved\":true}";
      case "heartbeat" -> "{\"acknowledged\":true,\"commands\":" + commands + "}";
      default -> "{\"acknowledged\":true,\"stored\":1}";
    };
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
