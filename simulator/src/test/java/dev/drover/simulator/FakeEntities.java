package dev.drover.simulator;

import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Central's entity interface with one item in each collection; it remembers what was written. */
final class FakeEntities implements AutoCloseable {
  static final String ENTITY = "mall-a-uuid";

  /** Bodies that were put. */
  final List<String> replaced = new CopyOnWriteArrayList<>();

  final KeyPair key = PrivateKeys.generate();

  /** Whether it refuses tokens of another key. */
  volatile boolean onlyOwnTokens;

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  FakeEntities() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> request.body().onSuccess(body -> answer(request, body.toString())))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** An operator's token of this key. */
  String token() {
    return new TokenIssuer(key, Clock.systemUTC())
        .issue(new Grant("olga", Role.OPERATOR, ENTITY), Duration.ofHours(1))
        .value();
  }

  private void answer(HttpServerRequest request, String body) {
    request.response().putHeader("Content-Type", "application/json");
    if (onlyOwnTokens && !own(request)) {
      request.response().setStatusCode(401).end("{\"error\":{\"code\":\"AUTH_TOKEN_REVOKED\"}}");
      return;
    }
    if (request.method().name().equals("PUT")) {
      replaced.add(body);
    }
    request.response().end("{\"data\":[{\"id\":\"x\",\"name\":\"X\"}]}");
  }

  private boolean own(HttpServerRequest request) {
    String token = request.getHeader("Authorization").replaceFirst("Bearer ", "");
    String head = token.split("\\.")[0];
    return new String(Base64.getUrlDecoder().decode(head), StandardCharsets.UTF_8)
        .contains(Jwks.kid((ECPublicKey) key.getPublic()));
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
