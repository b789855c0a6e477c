package dev.drover.orchestrator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.SignatureForm;
import dev.drover.engine.crypto.Signatures;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.proto.Json;
import dev.drover.proto.navign.RegisterRequest;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A central that says what a test tells it to say, and remembers what it was told. */
final class FakeCentral implements AutoCloseable {
  static final String ENTITY = "mall-a-uuid";
  static final String ORCHESTRATOR = "orch-001";
  static final String ASSIGNED = "orch-mall-a-001";

  private static final String SYNC = "/api/orchestrators/sync/";

  /** In {@link #nextBody}: the next edit. */
  static final String CHANGES = "changes";

  /** One request as it came. */
  record Seen(Map<String, String> headers, String body) {
    JsonNode json() {
      return Json.tree(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  final List<Seen> registrations = new CopyOnWriteArrayList<>();
  final List<SignatureForm> forms = new CopyOnWriteArrayList<>();
  final List<Seen> refreshes = new CopyOnWriteArrayList<>();
  final List<Seen> heartbeats = new CopyOnWriteArrayList<>();
  final List<Seen> acks = new CopyOnWriteArrayList<>();
  final List<Seen> streams = new CopyOnWriteArrayList<>();
  final List<String> syncs = new CopyOnWriteArrayList<>();
  final List<JsonNode> changes = new CopyOnWriteArrayList<>();
  final Map<String, Integer> nextStatus = new ConcurrentHashMap<>();

  /** What a path answers so many times, instead of doing anything. */
  private record Refusal(int status, String retryAfter, AtomicInteger left) {}

  private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();
  private final Map<String, List<Long>> times = new ConcurrentHashMap<>();

  /** Paths whose next answer breaks off in the middle. */
  final Set<String> breaking = ConcurrentHashMap.newKeySet();

  /** What a path answers instead, once. */
  final Map<String, String> nextBody = new ConcurrentHashMap<>();

  final FakeData data = new FakeData();
  final FakeUploads uploads = new FakeUploads();

  private final Map<String, Runnable> afterNext = new ConcurrentHashMap<>();
  volatile String commands = "[]";
  volatile Duration tokenLifetime = Duration.ofDays(7);

  /** How far its clock is ahead of ours. */
  volatile Duration ahead = Duration.ZERO;

  /** Whether its answers say what its clock says. */
  volatile boolean dated = true;

  private final List<HttpServerResponse> open = new CopyOnWriteArrayList<>();
  final KeyPair sealing = PrivateKeys.generate();
  final KeyPair key = PrivateKeys.generate();

  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }
      };
  private final TokenIssuer issuer = new TokenIssuer(key, clock);
  private final Vertx vertx = Vertx.vertx();
  private final int port;
  private final HttpServerOptions options;

  /** Connections that ended before a request, e.g. at the handshake. */
  final AtomicInteger broken = new AtomicInteger();

  private HttpServer server;

  FakeCentral(int port) {
    this(port, new HttpServerOptions());
  }

  /** One with TLS, say. */
  FakeCentral(int port, HttpServerOptions options) {
    this.port = port;
    this.options = options.setCompressionSupported(true);
    uploads.operation = this::operate;
    listen();
  }

  void listen() {
    server =
        vertx
            .createHttpServer(options)
            .exceptionHandler(e -> broken.incrementAndGet())
            .requestHandler(this::handle)
            .listen(port, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  void goAway() {
    server.close().toCompletionStage().toCompletableFuture().join();
    open.clear();
  }

  String url() {
    return (options.isSsl() ? "https://localhost:" : "http://127.0.0.1:") + port;
  }

  String token(Role role, String entity) {
    return issuer.issue(new Grant("tester", role, entity), Duration.ofHours(1)).value();
  }

  /** Does something once, after the request on this path came and before it is answered. */
  void afterNext(String path, Runnable what) {
    afterNext.put(path, what);
  }

  /** Refuses the next requests on this path. */
  void refuse(String path, int status, int howOften) {
    refusals.put(path, new Refusal(status, null, new AtomicInteger(howOften)));
  }

  /** Refuses the next requests on this path, and asks for a pause. */
  void refuse(String path, int status, int howOften, int retryAfterSeconds) {
    refusals.put(
        path, new Refusal(status, String.valueOf(retryAfterSeconds), new AtomicInteger(howOften)));
  }

  /** The pauses between the requests on this path, in ms, without the first so many. */
  List<Long> pauses(String path, int after) {
    List<Long> at = times.getOrDefault(path, List.of()).stream().skip(after).toList();
    return IntStream.range(1, at.size())
        .mapToObj(i -> (at.get(i) - at.get(i - 1)) / 1_000_000)
        .toList();
  }

  /** The requests on this path so far. */
  int count(String path) {
    return times.getOrDefault(path, List.of()).size();
  }

  /** What a path answers instead of the right answer, until it is taken away. */
  @FunctionalInterface
  interface Lie {
    void tell(HttpServerRequest request, Supplier<String> right);
  }

  /** Lies by path. */
  final Map<String, Lie> lies = new ConcurrentHashMap<>();

  private final Map<String, AtomicInteger> lied = new ConcurrentHashMap<>();

  /** Sends a blank now and then, until the other side has enough of it. */
  void drip(HttpServerResponse response, Duration pause) {
    vertx.setPeriodic(
        pause.toMillis(),
        timer -> {
          if (response.closed()) {
            vertx.cancelTimer(timer);
          } else {
            response.write(" ");
          }
        });
  }

  /** How often a path has lied. */
  int lied(String path) {
    return lied.computeIfAbsent(path, key -> new AtomicInteger()).get();
  }

  /** How often a path has answered rightly, or was refused. */
  int told(String path) {
    return count(path) - lied(path);
  }

  /** Sends one event on every open stream; what a data update leaves out is filled in. */
  void send(String id, String type, String data) {
    sendAsItIs(id, type, type.equals("data_update") ? complete(data) : data);
  }

  /** What central would say besides. */
  private String complete(String text) {
    if (!text.startsWith("{")) {
      return text;
    }
    ObjectNode event = Json.object(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    ObjectNode whole = Json.MAPPER.createObjectNode();
    whole.put("type", "entity_update").put("entity_id", ENTITY);
    whole.put("updated_at", Instant.now().toString());
    whole.put("checksum", "sha256:" + "0".repeat(64));
    ObjectNode changes = Json.MAPPER.createObjectNode();
    Checksums.COLLECTIONS.forEach(changes::putArray);
    if (event.path("changes") instanceof ObjectNode told) {
      changes.setAll(told);
    }
    whole.setAll(event);
    whole.set("changes", changes);
    return whole.toString();
  }

  /** Sends one event on every open stream. */
  void sendAsItIs(String id, String type, String data) {
    String frame = "event: " + type + "\nid: " + id + "\ndata: " + data + "\n\n";
    open.forEach(response -> response.write(frame));
  }

  /** Tells that data changed, as central does. */
  void tell(String id) {
    send(
        id,
        "data_update",
        "{\"event_key\":\"data:"
            + id
            + "\",\"changes\":{},\"checksum\":\""
            + data.global()
            + "\"}");
  }

  /** The sync requests since the first so many, by their last word: full, delta, ... */
  List<String> syncKinds(int after) {
    return syncs.stream().skip(after).map(path -> path.replaceFirst("[?].*", "")).toList();
  }

  void endStreams() {
    List<HttpServerResponse> ending = List.copyOf(open);
    open.removeAll(ending);
    ending.forEach(HttpServerResponse::end);
  }

  private JWKSet keys() {
    List<JWK> keys = new ArrayList<>(Jwks.of(List.of((ECPublicKey) key.getPublic())).getKeys());
    keys.add(Jwks.encryption((ECPublicKey) sealing.getPublic()));
    return new JWKSet(keys);
  }

  private void handle(HttpServerRequest request) {
    request
        .body()
        .onSuccess(
            body -> {
              Map<String, String> headers = new ConcurrentHashMap<>();
              request.headers().forEach(e -> headers.put(e.getKey().toLowerCase(), e.getValue()));
              answer(request, new Seen(headers, body.toString()));
            });
  }

  private void answer(HttpServerRequest request, Seen seen) {
    String path = request.path();
    HttpServerResponse response = request.response().putHeader("Content-Type", "application/json");
    if (dated) {
      response.putHeader(
          "Date",
          DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atZone(ZoneOffset.UTC)));
    }
    times.computeIfAbsent(path, key -> new CopyOnWriteArrayList<>()).add(System.nanoTime());
    remember(path, seen);
    if (path.startsWith(SYNC)) {
      syncs.add(path.substring(SYNC.length()) + "?" + request.query());
    }
    Runnable now = afterNext.remove(path);
    if (now != null) {
      now.run();
    }
    Lie lie = lies.get(path);
    if (lie != null) {
      lied.computeIfAbsent(path, key -> new AtomicInteger()).incrementAndGet();
      response.headers().remove("Content-Type");
      lie.tell(request, () -> right(path, request, seen));
      return;
    }
    Refusal refusal = refusals.get(path);
    if (refusal != null && refusal.left().getAndDecrement() > 0) {
      if (refusal.retryAfter() != null) {
        response.putHeader("Retry-After", refusal.retryAfter());
      }
      response.setStatusCode(refusal.status()).end("{\"error\":{\"code\":\"TEST_REFUSED\"}}");
      return;
    }
    if (breaking.remove(path)) {
      response.setChunked(true).write("{\"data\":{\"areas\":[{\"id\":\"half\"},");
      vertx.setTimer(100, timer -> request.connection().close());
      return;
    }
    Integer status = nextStatus.remove(path);
    String body = nextBody.remove(path);
    if (body != null) {
      response.end(body);
      return;
    }
    if (status != null && status / 100 == 2) {
      response.setStatusCode(status);
    } else if (status != null) {
      if (status == 429) {
        response.putHeader("Retry-After", "1");
      }
      response.setStatusCode(status).end("{\"error\":{\"code\":\"TEST_" + status + "\"}}");
      return;
    }
    switch (path) {
      case "/api/orchestrators/events" -> stream(response);
      case "/api/orchestrators/uploads" -> uploads.answer(seen.json(), response);
      default -> response.end(right(path, request, seen));
    }
  }

  private String right(String path, HttpServerRequest request, Seen seen) {
    Map<String, String> query = FakeData.query(request.query());
    return switch (path) {
      case "/api/orchestrators/register", "/api/orchestrators/token/refresh" -> registered();
      case "/api/orchestrators/heartbeat" -> heartbeat();
      case "/.well-known/jwks.json" -> Jwks.json(keys());
      case "/api/orchestrators/events" -> greeting();
      case "/api/orchestrators/uploads" -> uploads.store(seen.json());
      case SYNC + "full" -> data.full(query);
      case SYNC + "delta" -> data.delta(query);
      case SYNC + "checksum" -> data.checksum(query);
      case SYNC + "items" -> data.items(query);
      default -> "{\"data\":[{\"id\":\"x\",\"name\":\"X\"}]}";
    };
  }

  /** What central's operation answers to an item. */
  private JsonNode operate(JsonNode item) {
    if (!item.path("type").asText().equals("sync_changes")) {
      return Json.MAPPER.createObjectNode();
    }
    changes.add(item);
    String odd = nextBody.remove(CHANGES);
    String answer = odd == null ? data.change(item.path("body")) : odd;
    return Json.tree(answer.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private void rememberAck(Seen seen, JsonNode item) {
    if (item.path("type").asText().equals("event_ack")) {
      Map<String, String> headers = new HashMap<>(seen.headers());
      headers.put("x-idempotency-key", item.path("idempotency_key").asText());
      acks.add(new Seen(headers, item.path("body").toString()));
    }
  }

  private void remember(String path, Seen seen) {
    switch (path) {
      case "/api/orchestrators/register" -> {
        ECPublicKey shown =
            PublicKeys.parse(RegisterRequest.parse(seen.body().getBytes()).publicKey());
        Signatures.verify(shown, seen.body().getBytes(), seen.headers().get("x-signature"))
            .ifPresent(forms::add);
        registrations.add(seen);
      }
      case "/api/orchestrators/token/refresh" -> refreshes.add(seen);
      case "/api/orchestrators/heartbeat" -> heartbeats.add(seen);
      case "/api/orchestrators/uploads" ->
          seen.json().path("items").forEach(item -> rememberAck(seen, item));
      case "/api/orchestrators/events" -> streams.add(seen);
      default -> {
        // not asked for
      }
    }
  }

  private String heartbeat() {
    return "{\"acknowledged\":true,\"server_time\":\"2026-11-28T10:00:00Z\","
        + "\"next_heartbeat_seconds\":1,\"commands\":"
        + commands
        + "}";
  }

  private String registered() {
    Grant grant = new Grant(ASSIGNED, Role.ORCHESTRATOR, ENTITY, Optional.of(ORCHESTRATOR));
    return Json.text(
        Map.of(
            "token",
            issuer
                .issue(grant, tokenLifetime.isNegative() ? Duration.ofHours(1) : tokenLifetime)
                .value(),
            "expires_at",
            clock.instant().plus(tokenLifetime).getEpochSecond(),
            "assigned_id",
            ASSIGNED,
            "sync_endpoints",
            Map.of(
                "events",
                url() + "/events",
                "data_sync",
                url() + "/sync",
                "firmware",
                url() + "/fw"),
            "initial_sync_required",
            false));
  }

  private void stream(HttpServerResponse response) {
    response.putHeader("Content-Type", "text/event-stream").setChunked(true);
    response.closeHandler(end -> open.remove(response));
    response.write(greeting());
    open.add(response);
  }

  /** What an event stream begins with. */
  private String greeting() {
    return "event: connected\nid: evt-e-0-0\ndata: {\"connection_id\":\"conn-"
        + streams.size()
        + "\",\"server_time\":\"2026-11-28T10:00:00Z\"}\n\n";
  }

  /** From now on, tells all streams this often that central is there. */
  void ping(Duration period) {
    vertx.setPeriodic(
        period.toMillis(),
        timer -> open.forEach(response -> response.write("event: ping\ndata: {}\n\n")));
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
