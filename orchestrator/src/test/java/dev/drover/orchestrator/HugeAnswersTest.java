package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Role;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A mall with the memory that is shipped outlives whatever amount central answers. */
class HugeAnswersTest extends MallTestBase {
  private static final int HUGE = 60_000_000;
  private static final Map<String, String> QUICK =
      Map.ofEntries(
          Map.entry("drover.events.backoff", "100ms,200ms,400ms"),
          Map.entry("drover.events.ack-period", "100"),
          Map.entry("drover.heartbeat.interval", "500ms"),
          Map.entry("drover.sync.verify-interval", "300ms"),
          Map.entry("drover.central.keys-interval", "500ms"),
          Map.entry("drover.central.read-retries", "0s"));

  private static byte[] filled(String before, char with, String after) {
    byte[] all = new byte[HUGE];
    Arrays.fill(all, (byte) with);
    byte[] head = before.getBytes(StandardCharsets.UTF_8);
    byte[] tail = after.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(tail, 0, all, HUGE - tail.length, tail.length);
    return all;
  }

  private static void whole(HttpServerRequest request, byte[] body) {
    request.response().putHeader("Content-Type", "application/json").end(Buffer.buffer(body));
  }

  /** Without a length, so that only reading it tells how much it is. */
  private static void chunked(HttpServerRequest request, byte[] body) {
    request
        .response()
        .setChunked(true)
        .putHeader("Content-Type", "application/json")
        .end(Buffer.buffer(body));
  }

  private JsonNode health(MallProcess mall) {
    return mall.send("GET", "/health", null, null).json();
  }

  private void survives(MallProcess mall, String path) throws IOException {
    int before = central.lied(path);
    await().atMost(SOON).until(() -> central.lied(path) >= before + 2);
    mall.check();
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(LyingCentralTest.cause(health(mall), "central_answers"))
                    .contains("more than"));
    central.lies.remove(path);
    int told = central.told(path);
    await().atMost(SOON).until(() -> central.told(path) > told);
    await()
        .atMost(SOON)
        .until(() -> health(mall).at("/checks/central_answers").asText().equals("healthy"));
    mall.check();
  }

  @Test
  void f15AnswersOf60MegabytesEndNothing() throws IOException {
    byte[] text = filled("{\"entity_id\":\"", 'x', "\"}");
    byte[] spaces = filled("{", ' ', "}");
    byte[] item =
        filled(
            "{\"entity_id\":\"" + FakeCentral.ENTITY + "\",\"data\":{\"areas\":[{\"id\":\"",
            'x',
            "\"}]}}");
    try (MallProcess mall = new MallProcess(data, central.url(), QUICK)) {
      mall.start();
      mall.awaitHealth();
      await().atMost(SOON).until(() -> health(mall).path("status").asText().equals("healthy"));
      String token = central.token(Role.OPERATOR, FakeCentral.ENTITY);
      for (String path :
          List.of(SYNC + "checksum", "/api/orchestrators/heartbeat", "/.well-known/jwks.json")) {
        central.lies.put(path, (request, right) -> whole(request, text));
        survives(mall, path);
        central.lies.put(path, (request, right) -> chunked(request, spaces));
        survives(mall, path);
      }
      central.lies.put("/api/orchestrators/uploads", (request, right) -> chunked(request, text));
      central.send("evt-e-0-1", "teleport", "{}");
      survives(mall, "/api/orchestrators/uploads");
      central.lies.put(SYNC + "delta", (request, right) -> chunked(request, spaces));
      central.data.put("areas", "7", "{\"id\":7}");
      central.tell("evt-e-0-2");
      survives(mall, SYNC + "delta");
      central.lies.put(SYNC + "full", (request, right) -> chunked(request, item));
      mall.send("POST", "/api/orchestrator/resync", token, null);
      survives(mall, SYNC + "full");
      central.lies.put(
          "/api/orchestrators/token/refresh", (request, right) -> whole(request, text));
      central.commands = "[{\"type\":\"token_refresh\"}]";
      await().atMost(SOON).until(() -> central.lied("/api/orchestrators/token/refresh") > 0);
      central.commands = "[]";
      survives(mall, "/api/orchestrators/token/refresh");
      // A line of the head that never ends is no way in either.
      central.lies.put(
          "/api/orchestrators/heartbeat",
          (request, right) ->
              request.response().putHeader("X-Long", "x".repeat(20_000_000)).end("{}"));
      int lied = central.lied("/api/orchestrators/heartbeat");
      await().atMost(SOON).until(() -> central.lied("/api/orchestrators/heartbeat") > lied + 2);
      central.lies.clear();
      await().atMost(SOON).until(() -> health(mall).path("status").asText().equals("healthy"));
      mall.check();
      assertThat(mall.resident()).as("MB resident").isLessThan(450);
    }
  }

  @Test
  void f15ARegistrationOf60MegabytesEndsNothing() throws IOException {
    byte[] text = filled("{\"token\":\"", 'x', "\"}");
    String register = "/api/orchestrators/register";
    central.lies.put(register, (request, right) -> chunked(request, text));
    try (MallProcess mall = new MallProcess(data, central.url(), QUICK)) {
      mall.start();
      survives(mall, register);
    }
  }

  @Test
  void f15AnEventOf6MegabytesEndsNothing() throws IOException {
    try (MallProcess mall = new MallProcess(data, central.url(), QUICK)) {
      mall.start();
      mall.awaitHealth();
      await().atMost(SOON).until(() -> health(mall).path("status").asText().equals("healthy"));
      int before = central.streams.size();
      for (int i = 0; i < 4; i++) {
        int streams = central.streams.size();
        central.sendAsItIs("evt-e-0-1", "data_update", "{\"x\":\"" + "y".repeat(6_000_000) + "\"}");
        await().atMost(Duration.ofSeconds(30)).until(() -> central.streams.size() > streams);
        mall.check();
      }
      assertThat(central.streams).hasSizeLessThan(before + 10);
      await().atMost(SOON).until(() -> health(mall).path("status").asText().equals("healthy"));
      mall.check();
    }
  }
}
