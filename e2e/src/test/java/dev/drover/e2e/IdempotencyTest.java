package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Idempotency keys and rate limits, strict as in production. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class IdempotencyTest {
  private static final String KEY = "X-Idempotency-Key";
  private static CentralProcess production;

  @BeforeAll
  static void startProduction() {
    production = CentralProcess.alone("production", Map.of("SPRING_PROFILES_ACTIVE", "production"));
    production.start();
  }

  @AfterAll
  static void stop() {
    production.close();
  }

  /** A mall whose entity exists and whose key an operator announced. */
  private static Mall announced() {
    Mall mall = Mall.fresh("prod");
    Api api = production.api();
    String admin = production.admin();
    assertThat(api.post("/api/entities", admin, "{\"id\":\"" + mall.entity() + "\"}").status())
        .isEqualTo(201);
    String operator = production.token(Role.OPERATOR, mall.entity(), "olga");
    Api.Answer answer = api.post("/api/orchestrators", operator, announcement(mall));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
    return mall;
  }

  private static String announcement(Mall mall) {
    return Api.JSON
        .createObjectNode()
        .put("entity_id", mall.entity())
        .put("orchestrator_id", mall.orchestrator())
        .put("public_key", mall.publicKey())
        .toString();
  }

  @Test
  void whoIsNotAnnouncedIsRefused() {
    Mall mall = Mall.fresh("unannounced");
    Api.Answer answer = mall.registering(production.api()).send();
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo("FORBIDDEN");
    Contracts.assertErrorBody(answer);
    assertThat(production.api().get("/api/entities/" + mall.entity(), production.admin()).status())
        .isEqualTo(404);
  }

  @Test
  void aSecondRegistrationWithinADayIsRefusedWithTheLimitsHeaders() {
    Mall mall = announced();
    Api.Answer first = mall.registering(production.api()).send();
    assertThat(first.status()).as(first.toString()).isEqualTo(200);
    assertThat(first.header("X-RateLimit-Limit")).isEqualTo("1");
    assertThat(first.header("X-RateLimit-Remaining")).isEqualTo("0");

    Api.Answer second = mall.registering(production.api()).send();
    assertThat(second.status()).isEqualTo(429);
    assertThat(second.code()).isEqualTo("RATE_LIMIT_EXCEEDED");
    Contracts.assertErrorBody(second);
    assertThat(Long.parseLong(second.header("Retry-After"))).isBetween(86_000L, 86_400L);
    assertThat(second.header("X-RateLimit-Limit")).isEqualTo("1");
    assertThat(Long.parseLong(second.header("X-RateLimit-Reset"))).isBetween(86_000L, 86_400L);

    // Another key for the same id is not a matter of limits.
    Api.Answer thief =
        new Mall(mall.entity(), mall.orchestrator()).registering(production.api()).send();
    assertThat(thief.status()).isEqualTo(401);
    assertThat(thief.code()).isEqualTo("AUTH_INVALID_SIGNATURE");
  }

  @Test
  void aLostAnswerIsRepeatedAlsoAfterKillNine() {
    Mall mall = announced();
    String key = "key-" + mall.entity();
    Api.Answer first = mall.registering(production.api()).header(KEY, key).send();
    assertThat(first.status()).as(first.toString()).isEqualTo(200);
    assertThat(first.header("Idempotency-Replayed")).isNull();

    Api.Answer again = mall.registering(production.api()).header(KEY, key).send();
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");

    production.kill();
    production.start();
    Api.Answer later = mall.registering(production.api()).header(KEY, key).send();
    assertThat(later.body()).isEqualTo(first.body());
    assertThat(later.header("Idempotency-Replayed")).isEqualTo("true");
    assertThat(later.header("Cache-Control")).as("C8: it has a token").isEqualTo("no-store");
    // The limit is durable too, and the replays did not use it up or free it.
    assertThat(mall.registering(production.api()).send().status()).isEqualTo(429);

    String other = mall.registration().replace("0.1.0", "0.1.1");
    Api.Answer reused =
        production
            .api()
            .call("POST", "/api/orchestrators/register")
            .json(other)
            .header("X-Signature", mall.sign(other))
            .header(KEY, key)
            .send();
    assertThat(reused.status()).isEqualTo(422);
    assertThat(reused.code()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
    Contracts.assertErrorBody(reused);
  }

  @Test
  void duplicatesAtTheSameMomentHaveOneEffect() throws Exception {
    CentralProcess central = Shared.central();
    String entity = Mall.fresh("twice").entity();
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Future<Api.Answer>> answers = new ArrayList<>();
      String admin = central.admin();
      for (int i = 0; i < 8; i++) {
        answers.add(
            pool.submit(
                () ->
                    central
                        .api()
                        .call("POST", "/api/entities")
                        .token(admin)
                        .header(KEY, "k-" + entity)
                        .json("{\"id\":\"" + entity + "\"}")
                        .send()));
      }
      int created = 0;
      for (Future<Api.Answer> future : answers) {
        Api.Answer answer = future.get();
        if (answer.status() == 201) {
          created += answer.header("Idempotency-Replayed") == null ? 1 : 0;
        } else {
          assertThat(answer.status()).as(answer.toString()).isEqualTo(409);
          assertThat(answer.code()).isEqualTo("REQUEST_IN_PROGRESS");
          assertThat(answer.header("Retry-After")).isNotBlank();
        }
      }
      assertThat(created).isEqualTo(1);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aSecondHeartbeatWithinAMinuteIsRefused() {
    Mall mall = announced();
    String token = mall.register(production.api()).path("token").asText();
    String body = "{\"status\":\"healthy\",\"version\":\"1\"}";
    Api.Answer first = production.api().post("/api/orchestrators/heartbeat", token, body);
    assertThat(first.status()).as(first.toString()).isEqualTo(200);
    assertThat(first.header("X-RateLimit-Limit")).isEqualTo("1");
    Api.Answer second = production.api().post("/api/orchestrators/heartbeat", token, body);
    assertThat(second.status()).isEqualTo(429);
    assertThat(Long.parseLong(second.header("Retry-After"))).isBetween(1L, 60L);
    Contracts.assertErrorBody(second);
  }

  @Test
  void anAnnouncedKeyCannotBeReplaced() {
    Mall mall = announced();
    Mall thief = new Mall(mall.entity(), mall.orchestrator());
    Api.Answer answer =
        production.api().post("/api/orchestrators", production.admin(), announcement(thief));
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.code()).isEqualTo("ALREADY_EXISTS");
  }

  @Test
  void aTokenIsExchangedWithTheRegisteredKeyOnly() {
    Mall mall = announced();
    String token = mall.register(production.api()).path("token").asText();
    String body = mall.refresh(token);
    Api.Answer refreshed =
        production
            .api()
            .call("POST", "/api/orchestrators/token/refresh")
            .token(token)
            .json(body)
            .header("X-Signature", mall.sign(body))
            .send();
    assertThat(refreshed.status()).as(refreshed.toString()).isEqualTo(200);
    assertThat(refreshed.json().path("token").asText()).isNotEmpty().isNotEqualTo(token);
    assertThat(refreshed.header("Cache-Control")).isEqualTo("no-store");
    Api.Answer refused =
        production
            .api()
            .call("POST", "/api/orchestrators/token/refresh")
            .token(token)
            .json(body)
            .header("X-Signature", Mall.fresh("thief").sign(body))
            .send();
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.code()).isEqualTo("AUTH_INVALID_SIGNATURE");
  }

  /** The last one: afterwards this address is limited. */
  @Test
  @Order(Integer.MAX_VALUE)
  void anAddressThatFailsTooOftenIsLimitedAndTheIdIsNot() {
    Mall mall = announced();
    Mall thief = new Mall(mall.entity(), mall.orchestrator());
    Api.Answer refused = thief.registering(production.api()).send();
    for (int i = 0; i < 31 && refused.status() == 401; i++) {
      refused = thief.registering(production.api()).send();
    }
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.code()).isEqualTo("RATE_LIMIT_EXCEEDED");
    assertThat(refused.header("Retry-After")).isNotBlank();
    Contracts.assertErrorBody(refused);
    assertThat(mall.registering(production.api()).send().status())
        .as("failed signatures do not use up the id's allowance")
        .isEqualTo(200);
  }

  /** NP-RTY-04, R-36: whatever a caller posts, the same key does it once. */
  @Test
  void everyPostOfTheContractIsDoneOncePerKey() throws IOException {
    String contract = Files.readString(JavaProcess.HOME.resolve("proto/openapi/central.yaml"));
    String flows = "";
    try (Stream<Path> files = Files.list(JavaProcess.HOME.resolve("routes/central"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
        flows += Files.readString(file) + "\n- route:\n";
      }
    }
    List<String> posts =
        Pattern.compile("\n    post:\n      operationId: (\\w+)(?:\n      x-flow: ([\\w-]+))?")
            .matcher(contract)
            .results()
            .map(found -> found.group(2) == null ? found.group(1) : found.group(2))
            .toList();
    assertThat(posts).hasSizeGreaterThan(15);
    for (String operation : posts) {
      String flow =
          flows.split("\n      uri: direct:" + operation + "\n", 2)[1].split("- route:")[0];
      boolean once =
          flow.contains("uri: kamelet:idempotency-action")
              && flow.contains("uri: kamelet:idempotency-answer-action");
      boolean another = posts.stream().anyMatch(other -> flow.contains("uri: direct:" + other));
      assertThat(once || another).as(operation).isTrue();
    }
  }
}
