package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mall with the memory that is shipped outlives whatever amount central answers: one process,
 * from its registration on.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HugeAnswersTest extends MallTestBase {
  private static final int HUGE = 60_000_000;
  private static final Map<String, String> QUICK =
      Map.ofEntries(
          Map.entry("drover.events.backoff", "50ms,100ms,200ms"),
          Map.entry("drover.events.ack-period", "100"),
          Map.entry("drover.heartbeat.interval", "200ms"),
          Map.entry("drover.sync.verify-interval", "200ms"),
          Map.entry("drover.central.keys-interval", "200ms"),
          Map.entry("drover.central.read-retries", "0s"));

  private static final String REGISTER = "/api/orchestrators/register";
  private static final String HEARTBEAT = "/api/orchestrators/heartbeat";

  @TempDir static Path home;

  private MallProcess mall;

  @Override
  @BeforeEach
  void startCentral() {
    if (mall != null) {
      return;
    }
    super.startCentral();
    byte[] text = filled("{\"token\":\"", 'x', "\"}");
    central.lies.put(REGISTER, (request, right) -> chunked(request, text));
    mall = new MallProcess(home, central.url(), QUICK);
    try {
      mall.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  @AfterEach
  void stopCentral() {
    // The mall of all tests goes on with it.
  }

  @AfterAll
  void stop() {
    mall.close();
    super.stopCentral();
  }

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

  private void awaitSound() {
    await().atMost(SOON).until(() -> health().path("status").asText().equals("healthy"));
  }

  private JsonNode health() {
    return mall.send("GET", "/health", null, null).json();
  }

  private void survives(String path) throws IOException {
    int before = central.lied(path);
    await().atMost(SOON).until(() -> central.lied(path) >= before + 2);
    mall.check();
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(LyingCentralTest.cause(health(), "central_answers"))
                    .contains("more than"));
    central.lies.remove(path);
    int told = central.told(path);
    await().atMost(SOON).until(() -> central.told(path) > told);
    await()
        .atMost(SOON)
        .until(() -> health().at("/checks/central_answers").asText().equals("healthy"));
    mall.check();
  }

  @Test
  @Order(1)
  void f15ARegistrationOf60MegabytesEndsNothing() throws IOException {
    survives(REGISTER);
  }

  @Test
  @Order(2)
  void f15AnswersOf60MegabytesEndNothing() throws IOException {
    byte[] text = filled("{\"entity_id\":\"", 'x', "\"}");
    byte[] spaces = filled("{", ' ', "}");
    byte[] item =
        filled(
            "{\"entity_id\":\"" + FakeCentral.ENTITY + "\",\"data\":{\"areas\":[{\"id\":\"",
            'x',
            "\"}]}}");
    awaitSound();
    for (String path : List.of(SYNC + "checksum", HEARTBEAT, "/.well-known/jwks.json")) {
      central.lies.put(path, (request, right) -> whole(request, text));
      survives(path);
      central.lies.put(path, (request, right) -> chunked(request, spaces));
      survives(path);
    }
    central.lies.put("/api/orchestrators/uploads", (request, right) -> chunked(request, text));
    central.send("evt-e-0-1", "teleport", "{}");
    survives("/api/orchestrators/uploads");
    central.lies.put(SYNC + "delta", (request, right) -> chunked(request, spaces));
    central.data.put("areas", "7", "{\"id\":7}");
    central.tell("evt-e-0-2");
    survives(SYNC + "delta");
    central.lies.put(SYNC + "full", (request, right) -> chunked(request, item));
    mall.send("POST", "/api/orchestrator/resync", operator(), null);
    survives(SYNC + "full");
    central.lies.put("/api/orchestrators/token/refresh", (request, right) -> whole(request, text));
    central.commands = "[{\"type\":\"token_refresh\"}]";
    await().atMost(SOON).until(() -> central.lied("/api/orchestrators/token/refresh") > 0);
    central.commands = "[]";
    survives("/api/orchestrators/token/refresh");
    // A line of the head that never ends is no way in either.
    central.lies.put(
        HEARTBEAT,
        (request, right) ->
            request.response().putHeader("X-Long", "x".repeat(20_000_000)).end("{}"));
    int lied = central.lied(HEARTBEAT);
    await().atMost(SOON).until(() -> central.lied(HEARTBEAT) > lied + 2);
    central.lies.clear();
    awaitSound();
    mall.check();
    assertThat(mall.resident()).as("MB resident").isLessThan(450);
  }

  @Test
  @Order(3)
  void f15AnEventOf6MegabytesEndsNothing() throws IOException {
    awaitSound();
    int before = central.streams.size();
    String frame = "{\"x\":\"" + "y".repeat(6_000_000) + "\"}";
    for (int i = 0; i < 4; i++) {
      int streams = central.streams.size();
      central.sendAsItIs("evt-e-0-3", "data_update", frame);
      await().atMost(Duration.ofSeconds(30)).until(() -> central.streams.size() > streams);
      mall.check();
    }
    assertThat(central.streams).hasSizeLessThan(before + 10);
    awaitSound();
    mall.check();
  }
}
