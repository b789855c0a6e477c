package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.orchestrator.WrongAnswers.WrongAnswer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Wrong answers to each call of a mall to central, against a mall in a process of its own with the
 * memory that is shipped: what is in force stays, the process lives, the waits grow, and a right
 * answer mends it. {@code -Ddrover.wrong-answers=1000} tries all of them (about an hour), the
 * default a few of each call; {@code -Ddrover.fault.seed} repeats a run.
 */
class WrongAnswersTest extends MallTestBase {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final int EACH = Integer.getInteger("drover.wrong-answers", 2);
  private static final List<String> OF =
      List.of(System.getProperty("drover.wrong-answers.of", "").split(","));
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());

  private static final Map<String, String> QUICK =
      Map.ofEntries(
          Map.entry("drover.events.backoff", "50ms,100ms,200ms,400ms"),
          Map.entry("drover.events.ack-period", "100"),
          Map.entry("drover.events.retry-delay", "10"),
          Map.entry("drover.events.watchdog", "1500ms"),
          Map.entry("drover.heartbeat.interval", "200ms"),
          Map.entry("drover.sync.verify-interval", "200ms"),
          Map.entry("drover.sync.deltas-per-minute", "10000"),
          Map.entry("drover.central.keys-interval", "200ms"),
          Map.entry("drover.central.read-retries", "0s"),
          Map.entry("drover.central.response-timeout", "400"),
          Map.entry("drover.central.answer-timeout", "900ms"),
          Map.entry("drover.central.sync-timeout", "900ms"));

  private static final String STREAM = "/api/orchestrators/events";

  /** A call of the mall, and what makes it happen. */
  private record Call(
      String path, Optional<String> schema, List<String> needed, Runnable cause, Runnable rest) {}

  private int ids;
  private MallProcess mall;

  private List<Call> calls() {
    Runnable nothing = () -> {};
    return List.of(
        new Call(
            "/api/orchestrators/heartbeat",
            Optional.of("heartbeat-response"),
            List.of("next_heartbeat_seconds"),
            nothing,
            nothing),
        new Call("/.well-known/jwks.json", Optional.of("jwks"), List.of("keys"), nothing, nothing),
        new Call(
            SYNC + "checksum",
            Optional.of("sync-checksum-response"),
            List.of("entity_id", "cursor", "checksums"),
            nothing,
            nothing),
        new Call(
            SYNC + "items",
            Optional.of("sync-items-response"),
            List.of("entity_id", "collection", "buckets"),
            () -> central.data.slip("areas", "1", "{\"id\":1,\"name\":\"slip " + ++ids + "\"}"),
            nothing),
        new Call(
            SYNC + "delta",
            Optional.empty(),
            List.of("entity_id", "cursor", "changes"),
            () -> {
              central.data.put("areas", "2", "{\"id\":2,\"name\":\"hall " + ++ids + "\"}");
              central.tell("evt-e-0-" + ++ids);
            },
            nothing),
        new Call(
            SYNC + "full",
            Optional.empty(),
            List.of("entity_id", "cursor", "checksum", "data"),
            () -> mall.send("POST", "/api/orchestrator/resync", operator(), null),
            nothing),
        new Call(
            "/api/orchestrators/uploads",
            Optional.of("upload-response"),
            List.of("results"),
            () -> central.send("evt-e-0-" + ++ids, "teleport", "{}"),
            nothing),
        new Call(
            "/api/orchestrators/token/refresh",
            Optional.of("register-response"),
            List.of("token", "assigned_id", "expires_at"),
            () -> central.commands = "[{\"type\":\"token_refresh\"}]",
            () -> central.commands = "[]"),
        new Call(
            "/api/orchestrators/register",
            Optional.of("register-response"),
            List.of("token", "assigned_id", "expires_at"),
            () -> central.refuse("/api/orchestrators/heartbeat", 401, 1),
            nothing),
        new Call(STREAM, Optional.empty(), List.of(), central::endStreams, nothing));
  }

  private JsonNode health() {
    return mall.send("GET", "/health", null, null).json();
  }

  private boolean sound() {
    JsonNode health = health();
    return health.at("/checks/central_answers").asText().equals("healthy")
        && health.at("/checks/central_server_connection").asText().equals("healthy")
        && health.at("/checks/local_cache").asText().equals("healthy");
  }

  /** What is in force: the data that people read, and who the mall is. */
  private String inForce(Call call) {
    StringBuilder all = new StringBuilder();
    for (String collection : List.of("areas", "beacons", "merchants", "connections")) {
      all.append(mall.send("GET", ENTITIES + "/" + collection, operator(), null).body());
    }
    JsonNode state = mall.send("GET", "/api/orchestrator/state", operator(), null).json();
    // Who registers has no id, since its token is refused.
    boolean registers = call.path().endsWith("/register");
    return all.append(registers ? "" : state.path("assigned_id"))
        .append(health().at("/metrics/uplink_parked"))
        .toString();
  }

  private void tell(Call call, WrongAnswer wrong) throws IOException {
    String before = inForce(call);
    int lied = central.lied(call.path());
    long begun = System.nanoTime();
    central.lies.put(call.path(), wrong.lie());
    call.cause().run();
    await("told").atMost(Duration.ofSeconds(30)).until(() -> central.lied(call.path()) >= lied + 2);
    call.rest().run();
    mall.check();
    assertThat(inForce(call)).as("in force").isEqualTo(before);
    long seconds = 1 + Duration.ofNanos(System.nanoTime() - begun).toSeconds();
    assertThat(central.lied(call.path()) - lied).as("no storm").isLessThan((int) (20 * seconds));
    central.lies.clear();
    int told = central.told(call.path());
    await("asked again")
        .atMost(Duration.ofSeconds(30))
        .until(() -> central.told(call.path()) > told);
    await("sound").atMost(Duration.ofSeconds(30)).until(this::sound);
    mall.check();
  }

  @Test
  void f12ToF17NoWrongAnswerGoesInForce() throws IOException {
    Random random = new Random(SEED);
    List<String> faults = new ArrayList<>();
    List<String> figures = new ArrayList<>();
    mall = new MallProcess(data, central.url(), QUICK);
    try {
      mall.start();
      mall.awaitHealth();
      await().atMost(SOON).until(this::sound);
      central.ping(Duration.ofMillis(200));
      for (Call call : calls()) {
        if (OF.stream().noneMatch(call.path()::endsWith)) {
          continue;
        }
        List<WrongAnswer> wrong =
            call.path().equals(STREAM)
                ? WrongAnswers.ofStream(central, HOME, random)
                : WrongAnswers.of(central, HOME, random, call.schema(), call.needed());
        assertThat(wrong).hasSizeGreaterThanOrEqualTo(40);
        Collections.shuffle(wrong, random);
        int most = Math.min(EACH, wrong.size());
        long begun = System.nanoTime();
        for (WrongAnswer one : wrong.subList(0, most)) {
          try {
            tell(call, one);
          } catch (AssertionError | RuntimeException e) {
            faults.add(call.path() + ": " + one + ": " + e.getMessage() + " " + health());
            central.lies.clear();
            central.commands = "[]";
            mall.check();
          }
        }
        figures.add(
            "%s: %d of %d wrong answers, %d s, %d MB resident"
                .formatted(
                    call.path(),
                    most,
                    wrong.size(),
                    Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
                    mall.resident()));
      }
      assertThat(central.count("/trap")).as("redirects followed").isZero();
      assertThat(mall.resident()).as("MB resident").isLessThan(450);
    } finally {
      System.out.println("seed " + SEED + "\n" + String.join("\n", figures));
      mall.close();
    }
    assertThat(faults).as("seed " + SEED).isEmpty();
  }
}
