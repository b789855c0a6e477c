package dev.drover.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.proto.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A central that registers every mall and says {@code stored} to every item, in no time, unless
 * somebody else decides. It can go away and come back.
 */
final class UploadReceiver implements AutoCloseable {
  private final KeyPair key = PrivateKeys.generate();
  private final Function<JsonNode, String> verdict;
  private final int port;
  private HttpServer server;
  private long first;
  private long last;
  private long items;
  private long again;
  private long gaps;
  private long highest;

  UploadReceiver() throws IOException {
    this(item -> "stored");
  }

  /**
   * A central that somebody else decides for.
   *
   * @param verdict the status of an item, which it is given in the order of the request
   */
  UploadReceiver(Function<JsonNode, String> verdict) throws IOException {
    this.verdict = verdict;
    listen(0);
    port = server.getAddress().getPort();
  }

  private void listen(int where) throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", where), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", exchange -> answer(exchange, 404, "{}"));
    server.createContext(
        "/api/orchestrators/register",
        exchange ->
            answer(
                exchange,
                200,
                "{\"token\":\"t\",\"expires_at\":4102444800,\"assigned_id\":\"bench\",\"initial_sync_required\":false,"
                    + "\"sync_endpoints\":{\"events\":\"%1$s/e\",\"data_sync\":\"%1$s/s\",\"firmware\":\"%1$s/f\"}}"
                        .formatted("http://127.0.0.1")));
    String keys = Jwks.json(new JWKSet(Jwks.encryption((ECPublicKey) key.getPublic())));
    server.createContext("/.well-known/jwks.json", exchange -> answer(exchange, 200, keys));
    server.createContext("/api/orchestrators/events", UploadReceiver::stream);
    server.createContext("/api/orchestrators/uploads", this::upload);
    server.start();
  }

  /** What opens the envelopes that are sealed for it. */
  KeyPair key() {
    return key;
  }

  /** The line is cut: nobody listens. */
  void goAway() {
    server.stop(0);
  }

  /** The line is mended. */
  void comeBack() throws IOException {
    listen(port);
  }

  /** A stream that stays open and says nothing: for the mall, central is there. */
  private static void stream(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange
        .getResponseBody()
        .write(
            ("event: connected\nid: evt-e-0-1\ndata: {\"connection_id\":\"bench\","
                    + "\"server_time\":\"2026-11-21T08:00:00Z\"}\n\n")
                .getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  private void upload(HttpExchange exchange) throws IOException {
    JsonNode request = Json.tree(exchange.getRequestBody().readAllBytes());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("batch_id", request.path("batch_id").asText());
    ArrayNode results = answer.putArray("results");
    long from = Long.MAX_VALUE;
    long to = 0;
    for (JsonNode item : request.path("items")) {
      long seq = item.path("seq").asLong();
      results.addObject().put("seq", seq).put("status", verdict.apply(item));
      from = Math.min(from, seq);
      to = Math.max(to, seq);
    }
    answer.putObject("receipt").put("from_seq", from).put("to_seq", to);
    count(request.path("items"));
    answer(exchange, 200, answer.toString());
  }

  private synchronized void count(JsonNode batch) {
    last = System.nanoTime();
    first = items == 0 ? last : first;
    for (JsonNode item : batch) {
      long seq = item.path("seq").asLong();
      again += seq <= highest ? 1 : 0;
      gaps += seq > highest + 1 ? 1 : 0;
      highest = Math.max(highest, seq);
      items++;
    }
    notifyAll();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  synchronized void reset() {
    items = 0;
    again = 0;
    gaps = 0;
    highest = 0;
  }

  synchronized boolean has(long count) {
    return highest >= count;
  }

  synchronized long items() {
    return items;
  }

  /** Waits until it has items up to this number, or so many milliseconds. */
  synchronized void await(long count, long millis) throws InterruptedException {
    if (highest < count) {
      wait(millis);
    }
  }

  synchronized double seconds() {
    return (last - first) / 1e9;
  }

  synchronized String order() {
    return gaps == 0 && again == 0
        ? "each once, in order"
        : again + " came again or late, " + gaps + " gaps";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
