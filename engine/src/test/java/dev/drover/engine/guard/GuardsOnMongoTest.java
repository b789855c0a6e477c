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
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterAll;
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

  private static void refused(Runnable call, ErrorCode code) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void theWindowSlides() {
    RateLimiter limiter = new RateLimiter(new MongoRateWindows(database), clock);
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
    RateLimiter limiter = new RateLimiter(new MongoRateWindows(database), clock);
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
    Idempotency guard = new Idempotency(database, clock);
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
    Idempotency guard = new Idempotency(database, clock);
    guard.begin(request("orch", "k-2", "{}"));
    refused(() -> guard.begin(request("orch", "k-2", "{}")), ErrorCode.REQUEST_IN_PROGRESS);
    now.updateAndGet(time -> time.plusSeconds(31));
    Exchange takenOver = request("orch", "k-2", "{}");
    guard.begin(takenOver);
    assertThat(takenOver.getProperty(Idempotency.REPLAYED)).isNull();
  }

  @Test
  void aFaultOfOursIsNotStored() {
    Idempotency guard = new Idempotency(database, clock);
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
    Idempotency guard = new Idempotency(database, clock);
    for (String key : List.of("", "ä", "a\tb", "x".repeat(256))) {
      refused(() -> guard.begin(request("orch", key, "{}")), ErrorCode.VALIDATION_FAILED);
    }
  }
}
