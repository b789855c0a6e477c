package dev.drover.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.Sealer;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guards that all instances share, on the real wire protocol of the document store. */
class GuardsOnMongoTest {
  @TempDir static Path directory;
  private static EmbeddedMongo server;
  private static MongoClient client;
  private static DefaultCamelContext camel;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2025-01-08T10:00:00Z"));
  private final Clock clock =
      new Clock() {
        @Override
        public java.time.ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now.get();
        }
      };
  private final List<Idempotency> guards = new ArrayList<>();
  private MongoDatabase database;

  @BeforeAll
  static void start() {
    server = new EmbeddedMongo(new MongoConfig(directory, 0, false)).start();
    client = MongoClients.create(server.url());
    camel = new DefaultCamelContext();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    server.close();
    camel.close();
  }

  @BeforeEach
  void emptyDatabase() {
    database = client.getDatabase("guards");
    database.drop();
  }

  @AfterEach
  void closeGuards() {
    guards.forEach(Idempotency::close);
  }

  private static Exchange request(String subject, String key, String body) {
    Exchange exchange = new DefaultExchange(camel);
    exchange.setProperty(
        Guards.PRINCIPAL,
        new Principal(new Grant(subject, Role.ORCHESTRATOR, "mall-a"), Instant.MAX, "t"));
    exchange.getMessage().setHeader("X-Idempotency-Key", key);
    exchange.getMessage().setHeader(Exchange.HTTP_METHOD, "POST");
    exchange.getMessage().setHeader(Exchange.HTTP_PATH, "/api/x");
    exchange.getMessage().setBody(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return exchange;
  }

  private Idempotency guard() {
    return guard(Duration.ofSeconds(30));
  }

  private Idempotency guard(Duration lease) {
    Idempotency guard = new Idempotency(database, new Sealer(new byte[32]), lease, clock, clock);
    guards.add(guard);
    return guard;
  }

  private static void refused(Runnable call, ErrorCode code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void f4WhatAClockCountedThatWasAheadDoesNotCount() {
    RateLimiter limiter = new RateLimiter(new MongoRateWindows(database, clock));
    for (Duration ahead : List.of(Duration.ofMinutes(1), Duration.ofHours(2), Duration.ofDays(8))) {
      String name = "heartbeat" + ahead;
      now.updateAndGet(time -> time.plus(ahead));
      limiter.check(request("orch", null, ""), name, "1/30s");
      now.updateAndGet(time -> time.minus(ahead));
      limiter.check(request("orch", null, ""), name, "1/30s");
      Exchange second = request("orch", null, "");
      refused(() -> limiter.check(second, name, "1/30s"), ErrorCode.RATE_LIMIT_EXCEEDED);
      assertThat(second.getMessage().getHeader("Retry-After", Long.class)).isEqualTo(30);
    }
  }

  @Test
  void theWindowSlides() {
    RateLimiter limiter = new RateLimiter(new MongoRateWindows(database, clock));
    for (int i = 0; i < 3; i++) {
      limiter.check(request("orch", null, ""), "delta", "3/1m");
      now.updateAndGet(time -> time.plusSeconds(10));
    }
    Exchange fourth = request("orch", null, "");
    refused(() -> limiter.check(fourth, "delta", "3/1m"), ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(fourth.getMessage().getHeader("Retry-After", Long.class)).isEqualTo(30);
    assertThat(fourth.getMessage().getHeader("X-RateLimit-Remaining", Long.class)).isZero();

    limiter.check(request("other", null, ""), "delta", "3/1m");
    now.updateAndGet(time -> time.plusSeconds(31));
    Exchange later = request("orch", null, "");
    limiter.check(later, "delta", "3/1m");
    assertThat(later.getMessage().getHeader("X-RateLimit-Limit", Integer.class)).isEqualTo(3);
    refused(
        () -> limiter.check(request("orch", null, ""), "delta", "3/1m"),
        ErrorCode.RATE_LIMIT_EXCEEDED);
  }

  @Test
  void racingRequestsGetExactlyTheLimit() throws Exception {
    RateLimiter limiter = new RateLimiter(new MongoRateWindows(database, clock));
    Callable<Boolean> attempt =
        () -> {
          try {
            limiter.check(request("orch", null, ""), "race", "10/1m");
            return true;
          } catch (ProtocolException e) {
            return false;
          }
        };
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      int passed = 0;
      for (Future<Boolean> result : pool.invokeAll(java.util.Collections.nCopies(60, attempt))) {
        passed += result.get() ? 1 : 0;
      }
      assertThat(passed).isEqualTo(10);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void theSecondRequestGetsTheStoredAnswer() {
    Idempotency guard = guard();
    Exchange first = request("orch", "k-1", "{}");
    guard.begin(first);
    first.getMessage().setBody("{\"done\":1}");
    first.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
    guard.complete(first);

    Exchange second = request("orch", "k-1", "{}");
    guard.begin(second);
    assertThat(second.getProperty(Idempotency.REPLAYED)).isEqualTo(true);
    assertThat(second.getMessage().getBody(String.class)).isEqualTo("{\"done\":1}");
    assertThat(second.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(201);
    assertThat(second.getMessage().getHeader("Idempotency-Replayed")).isEqualTo("true");

    refused(
        () -> guard.begin(request("orch", "k-1", "{\"other\":1}")),
        ErrorCode.IDEMPOTENCY_KEY_REUSED);
    Exchange foreign = request("another", "k-1", "{}");
    guard.begin(foreign);
    assertThat(foreign.getProperty(Idempotency.REPLAYED)).isNull();

    now.updateAndGet(time -> time.plus(Duration.ofHours(25)));
    Exchange nextDay = request("orch", "k-1", "{\"other\":1}");
    guard.begin(nextDay);
    assertThat(nextDay.getProperty(Idempotency.REPLAYED)).isNull();
  }

  @Test
  void aRequestInProgressIsSaidSoUntilItsClaimEnds() {
    Idempotency guard = guard();
    guard.begin(request("orch", "k-2", "{}"));
    refused(() -> guard.begin(request("orch", "k-2", "{}")), ErrorCode.REQUEST_IN_PROGRESS);
    now.updateAndGet(time -> time.plusSeconds(31));
    Exchange takenOver = request("orch", "k-2", "{}");
    guard.begin(takenOver);
    assertThat(takenOver.getProperty(Idempotency.REPLAYED)).isNull();
  }

  private static void answered(Idempotency guard, Exchange exchange, int status, String body) {
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    exchange.getMessage().setBody(body);
    guard.complete(exchange);
  }

  @Test
  void b6AClaimIsRenewedWhileItsWorkLives() {
    Idempotency guard = guard(Duration.ofMillis(400));
    Exchange slow = request("orch", "k-long", "{}");
    guard.begin(slow);
    now.updateAndGet(time -> time.plusSeconds(3600));
    // The renewal moves the claim's end past this hour.
    Awaitility.await()
        .until(
            () ->
                database
                    .getCollection("idempotency")
                    .find()
                    .first()
                    .getDate("claimed_until")
                    .toInstant()
                    .isAfter(now.get()));
    Exchange second = request("orch", "k-long", "{}");
    refused(() -> guard(Duration.ofMillis(400)).begin(second), ErrorCode.REQUEST_IN_PROGRESS);
    assertThat(second.getMessage().getHeader("Retry-After")).isNotNull();
    answered(guard, slow, 201, "{\"n\":1}");
    Exchange third = request("orch", "k-long", "{}");
    guard.begin(third);
    assertThat(third.getMessage().getBody(String.class)).isEqualTo("{\"n\":1}");
  }

  @Test
  void b6WhoStoodStillIsRefusedByTheFence() {
    Idempotency stopped = guard();
    Exchange first = request("orch", "k-still", "{}");
    stopped.begin(first);
    stopped.close();
    now.updateAndGet(time -> time.plusSeconds(35));
    Idempotency other = guard();
    Exchange second = request("orch", "k-still", "{}");
    other.begin(second);
    assertThat(Operation.of(second).id()).isEqualTo(Operation.of(first).id()).isPresent();
    assertThat(Operation.of(second).repeated()).isTrue();
    assertThat(Operation.of(first).repeated()).isFalse();

    // It wakes up while the other one works: its answer is not the answer.
    answered(stopped, first, 201, "{\"by\":\"first\"}");
    assertThat(first.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(409);
    assertThat(first.getMessage().getBody(String.class)).contains("REQUEST_IN_PROGRESS");
    assertThat(first.getMessage().getHeader("Retry-After")).isNotNull();
    answered(other, second, 201, "{\"by\":\"second\"}");
    Exchange third = request("orch", "k-still", "{}");
    stopped.begin(third);
    assertThat(third.getMessage().getBody(String.class)).isEqualTo("{\"by\":\"second\"}");
  }

  @Test
  void b6WhoWakesUpLateGivesTheAnswerOfTheOther() {
    Idempotency stopped = guard(Duration.ofMillis(2));
    Exchange first = request("orch", "k-late", "{}");
    stopped.begin(first);
    stopped.close();
    now.updateAndGet(time -> time.plusSeconds(35));
    Idempotency other = guard();
    Exchange second = request("orch", "k-late", "{}");
    other.begin(second);
    answered(other, second, 201, "{\"by\":\"second\"}");
    Awaitility.await()
        .untilAsserted(
            () -> refused(() -> Operation.of(first).check(), ErrorCode.REQUEST_IN_PROGRESS));
    answered(stopped, first, 201, "{\"by\":\"first\"}");
    assertThat(first.getMessage().getBody(String.class)).isEqualTo("{\"by\":\"second\"}");
  }

  @Test
  void b6AClaimOfAClockThatWentBackHoldsNobodyUp() {
    Idempotency ahead = guard();
    ahead.begin(request("orch", "k-clock", "{}"));
    ahead.close();
    now.updateAndGet(time -> time.minus(Duration.ofHours(2)));
    Exchange second = request("orch", "k-clock", "{}");
    guard().begin(second);
    assertThat(Operation.of(second).repeated()).isTrue();
  }

  @Test
  void b9AFaultAfterTheEffectLeavesTheOperation() {
    Idempotency guard = guard();
    Exchange first = request("orch", "k-fault", "{}");
    guard.begin(first);
    answered(guard, first, 500, "{}");
    Exchange second = request("orch", "k-fault", "{}");
    guard.begin(second);
    assertThat(Operation.of(second).id()).isEqualTo(Operation.of(first).id());
    assertThat(Operation.of(second).newId()).isEqualTo(Operation.of(first).newId());
  }

  @Test
  void b9AnOperationCountsOnceAgainstALimit() {
    RateLimiter limiter = new RateLimiter(new MongoRateWindows(database, clock));
    Idempotency guard = guard();
    Exchange first = request("orch", "k-limit", "{}");
    guard.begin(first);
    limiter.check(first, "register", "1/24h");
    answered(guard, first, 500, "{}");
    Exchange second = request("orch", "k-limit", "{}");
    guard.begin(second);
    limiter.check(second, "register", "1/24h");
    Exchange another = request("orch", "k-other", "{}");
    guard.begin(another);
    refused(() -> limiter.check(another, "register", "1/24h"), ErrorCode.RATE_LIMIT_EXCEEDED);
  }

  @Test
  void c3AStoredAnswerIsSealed() {
    Idempotency guard = guard();
    Exchange first = request("orch", "k-token", "{}");
    guard.begin(first);
    answered(guard, first, 200, "{\"token\":\"eyJhbGciOi\"}");
    Document stored = database.getCollection("idempotency").find().first();
    assertThat(stored.toJson()).doesNotContain("eyJ").doesNotContain("token\"");
    Exchange second = request("orch", "k-token", "{}");
    guard.begin(second);
    assertThat(second.getMessage().getBody(String.class)).contains("eyJhbGciOi");

    // An older version stored it in the clear.
    database
        .getCollection("idempotency")
        .updateOne(
            new Document("_id", stored.getString("_id")),
            new Document("$set", new Document("answer", "{\"old\":1}"))
                .append("$unset", new Document("sealed", "")));
    Exchange third = request("orch", "k-token", "{}");
    guard.begin(third);
    assertThat(third.getMessage().getBody(String.class)).isEqualTo("{\"old\":1}");
  }

  @Test
  void aFaultOfOursIsNotStored() {
    Idempotency guard = guard();
    for (int status : List.of(500, 503, 401, 429)) {
      Exchange failed = request("orch", "k-3", "{}");
      guard.begin(failed);
      assertThat(failed.getProperty(Idempotency.REPLAYED)).isNull();
      failed.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
      failed.getMessage().setBody("{}");
      guard.complete(failed);
    }
  }

  @Test
  void keysAreShortPrintableAscii() {
    Idempotency guard = guard();
    for (String key : List.of("", "ä", "a\tb", "x".repeat(256))) {
      refused(() -> guard.begin(request("orch", key, "{}")), ErrorCode.VALIDATION_FAILED);
    }
  }
}
