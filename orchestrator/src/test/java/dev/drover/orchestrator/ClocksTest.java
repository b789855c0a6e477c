package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** A mall whose clock and central's do not agree. */
class ClocksTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration IN_TIME = Duration.ofSeconds(15);
  private static final String REGISTER = "/api/orchestrators/register";
  private static final String CHECKSUM = "/api/orchestrators/sync/checksum";
  private static final String DELTA = "/api/orchestrators/sync/delta";

  @TempDir private Path data;
  private FakeCentral central;

  @BeforeEach
  void startCentral() {
    central = new FakeCentral(FreePort.pick());
  }

  @AfterEach
  void stopCentral() {
    central.close();
  }

  /** The clock of the mall, which the test sets. */
  @TestConfiguration(proxyBeanMethods = false)
  static class Stepping {
    static final AtomicReference<Duration> STEP = new AtomicReference<>(Duration.ZERO);

    @Bean
    @Primary
    Clock steppingClock() {
      return new Clock() {
        @Override
        public Instant instant() {
          return Instant.now().plus(STEP.get());
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
    }
  }

  @Test
  void f3NoWaitIsLongerThanItsSettingWhateverTheClockDoes() {
    Map<String, String> settings =
        Map.of(
            "drover.heartbeat.interval", "300ms",
            "drover.sync.verify-interval", "300ms",
            "drover.sync.deltas-per-minute", "1000");
    try (TestMall mall = new TestMall(data, central.url(), settings, Stepping.class)) {
      await().atMost(SOON).until(() -> central.heartbeats.size() >= 2);
      int event = 0;
      for (String step : List.of("PT-2H", "PT0S", "P8D", "PT1M", "PT-1M", "P-8D", "PT0S")) {
        Stepping.STEP.set(Duration.parse(step));
        event++;
        int heartbeats = central.heartbeats.size();
        int verified = central.count(CHECKSUM);
        int deltas = central.count(DELTA);
        central.data.put("areas", "e" + event, "{\"id\":\"e" + event + "\"}");
        central.tell("evt-e-0-" + event);
        await("heartbeats after " + step)
            .atMost(IN_TIME)
            .until(() -> central.heartbeats.size() >= heartbeats + 2);
        await("a verification after " + step)
            .atMost(IN_TIME)
            .until(() -> central.count(CHECKSUM) > verified);
        await("a delta after " + step).atMost(IN_TIME).until(() -> central.count(DELTA) > deltas);
        assertThat(mall.get("/health", null).status()).isEqualTo(200);
      }
      assertThat(central.registrations).hasSize(1);
      assertThat(central.syncKinds(0)).filteredOn("full"::equals).hasSize(1);
    } finally {
      Stepping.STEP.set(Duration.ZERO);
    }
  }

  private static JsonNode clock(TestMall mall) {
    JsonNode health = mall.get("/health", null).json();
    for (JsonNode problem : health.path("problems")) {
      if (problem.path("check").asText().equals("clock")) {
        return problem;
      }
    }
    return health.path("absent");
  }

  @Test
  void f5AMallWhoseClockIsPastItsTokensLifeKeepsItsToken() {
    central.ahead = Duration.ofDays(-8);
    try (TestMall mall = new TestMall(data, central.url(), Map.of())) {
      await().atMost(SOON).until(() -> central.heartbeats.size() >= 3);
      assertThat(central.registrations).hasSize(1);
      assertThat(central.streams).isNotEmpty();
      JsonNode problem = clock(mall);
      assertThat(problem.path("cause").asText())
          .startsWith("this machine's clock is 8 d ahead of central's, which says ")
          .contains(
              DateTimeFormatter.ISO_INSTANT
                  .format(Instant.now().minus(Duration.ofDays(8)))
                  .substring(0, 13));
      assertThat(mall.get("/health", null).json().at("/checks/clock").asText())
          .isEqualTo("degraded");

      central.ahead = Duration.ZERO;
      await().atMost(SOON).until(() -> clock(mall).isMissingNode());
      assertThat(mall.get("/health", null).json().at("/checks/clock").asText())
          .isEqualTo("healthy");
    }
  }

  @Test
  void f5AnEndInThePastIsAskedForAgainWithGrowingWaits() {
    central.tokenLifetime = Duration.ofSeconds(-10);
    Map<String, String> settings = Map.of("drover.events.backoff", "200ms,400ms,800ms,1600ms,60s");
    try (TestMall mall = new TestMall(data, central.url(), settings)) {
      assertThat(mall.context.isRunning()).isTrue();
      await().atMost(SOON).until(() -> central.registrations.size() >= 5);
      // When a request comes is not quite when it was sent.
      List<Long> waits = List.of(200L, 400L, 800L, 1600L);
      List<Long> pauses = central.pauses(REGISTER, 0);
      for (int i = 0; i < waits.size(); i++) {
        assertThat(pauses.get(i)).isGreaterThanOrEqualTo(waits.get(i) - 100);
      }
    }
  }

  @Test
  void f5ACentralThatTellsNoTimeGetsNoStormEither() {
    central.dated = false;
    central.tokenLifetime = Duration.ofSeconds(-10);
    Map<String, String> settings = Map.of("drover.events.backoff", "200ms,400ms,800ms,1600ms,60s");
    try (TestMall mall = new TestMall(data, central.url(), settings)) {
      assertThat(mall.context.isRunning()).isTrue();
      await()
          .atMost(SOON)
          .until(() -> central.registrations.size() + central.refreshes.size() >= 5);
      assertThat(central.pauses(REGISTER, 1))
          .hasSizeGreaterThanOrEqualTo(2)
          .allMatch(pause -> pause >= 300);
    }
  }

  @Test
  void f5ARegistrationIsSignedByCentralsTimeAndAStoredTokenIsTried() {
    central.ahead = Duration.ofDays(-8);
    central.refuse(REGISTER, 401, 1);
    try (TestMall mall = new TestMall(data, central.url(), Map.of())) {
      assertThat(mall.context.isRunning()).isTrue();
      await().atMost(SOON).until(() -> !central.heartbeats.isEmpty());
      Instant second =
          Instant.parse(central.registrations.get(1).json().path("timestamp").asText());
      assertThat(Duration.between(second, Instant.now()))
          .isBetween(Duration.ofDays(8).minusMinutes(1), Duration.ofDays(8).plusMinutes(2));
    }
    try (TestMall mall = new TestMall(data, central.url(), Map.of())) {
      assertThat(mall.context.isRunning()).isTrue();
      int before = central.heartbeats.size();
      await().atMost(SOON).until(() -> central.heartbeats.size() > before);
      assertThat(central.registrations).hasSize(2);
      assertThat(central.refreshes).hasSize(1);
    }
  }
}
