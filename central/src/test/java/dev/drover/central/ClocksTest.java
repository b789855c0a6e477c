package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** A central whose clock is set. */
class ClocksTest {
  private static final Duration IN_TIME = Duration.ofSeconds(20);
  private static final AtomicReference<Duration> STEP = new AtomicReference<>(Duration.ZERO);

  @TempDir static Path data;
  private static TestCentral central;

  /** The clock that the test sets. */
  @TestConfiguration(proxyBeanMethods = false)
  static class Stepping {
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

  @BeforeAll
  static void start() {
    central = new TestCentral(data, Stepping.class, "--drover.housekeeping.interval=200ms");
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  @AfterEach
  void right() {
    STEP.set(Duration.ZERO);
  }

  /** As a mall does, which signs with the time that central tells. */
  private static TestCentral.Answer register(TestCentral.Mall mall) {
    String time = Instant.now().plus(STEP.get()).toString();
    TestCentral.Answer answer = mall.register(mall.registration().put("timestamp", time));
    mall.token = answer.json().path("token").asText();
    return answer;
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT1M", "PT2H", "P8D"})
  void f4ACentralThatWasAheadForAMomentShutsNobodyOut(String ahead) {
    TestCentral.Mall mall = central.new Mall("ahead-" + ahead);
    STEP.set(Duration.parse(ahead));
    assertThat(register(mall).status()).isEqualTo(200);
    assertThat(mall.heartbeat("").status()).isEqualTo(200);
    STEP.set(Duration.ZERO);
    TestCentral.Answer again = register(mall);
    assertThat(again.status()).as(again.body()).isEqualTo(200);
    TestCentral.Answer heartbeat = mall.heartbeat("");
    assertThat(heartbeat.status()).as(heartbeat.body()).isEqualTo(200);
    // And the limit holds from here on.
    TestCentral.Answer second = mall.heartbeat("");
    assertThat(second.status()).as(second.body()).isEqualTo(429);
    assertThat(second.headers().firstValueAsLong("Retry-After").orElseThrow())
        .isLessThanOrEqualTo(54);
  }

  @Test
  void f3WhatIsWrittenWhileTheClockIsSetIsToldInTime() {
    // Good by each of the clocks.
    String admin = central.token(Role.ADMIN, Grant.EVERY_ENTITY, Duration.ofDays(1));
    String path = "/api/entities/told-in-time/areas";
    assertThat(central.post("/api/entities", admin, "{\"id\":\"told-in-time\"}").status())
        .isEqualTo(201);
    int number = 0;
    for (String step : new String[] {"PT2H", "PT0S", "PT5M", "PT0S"}) {
      STEP.set(Duration.parse(step));
      number++;
      String area = "{\"id\":\"a" + number + "\"}";
      assertThat(central.post(path, admin, area).status()).isEqualTo(201);
      await("told after " + step).atMost(IN_TIME).until(ClocksTest::nothingOwed);
    }
  }

  private static boolean nothingOwed() {
    Document head =
        central
            .bean(MongoDatabase.class)
            .getCollection("entities")
            .find(Filters.eq("_id", "told-in-time"))
            .first();
    return head != null && !head.getBoolean("dirty");
  }

  @Test
  void f4WhileTheClockIsAheadNothingIsForgottenByIt() {
    var answers = central.bean(MongoDatabase.class).getCollection("idempotency");
    TestCentral.Mall mall = central.registered("kept");
    long before = answers.countDocuments();
    STEP.set(Duration.ofDays(8));
    await().atMost(IN_TIME).until(() -> clock("degraded"));
    JsonNode problem = central.get("/health", null).json().at("/problems/0");
    assertThat(problem.path("cause").asText()).isEqualTo("the clock was set ahead by 8 d");
    // Something that ended by every clock goes, so a purge has run.
    var receipts = central.bean(MongoDatabase.class).getCollection("idempotency");
    receipts.insertOne(
        new Document("_id", "ended")
            .append("expires_at", java.util.Date.from(Instant.now().minusSeconds(60))));
    await().atMost(IN_TIME).until(() -> answers.find(Filters.eq("_id", "ended")).first() == null);
    assertThat(answers.countDocuments()).isEqualTo(before);
    STEP.set(Duration.ZERO);
    await().atMost(IN_TIME).until(() -> clock("healthy"));
    assertThat(mall.heartbeat("").status()).isEqualTo(200);
  }

  private static boolean clock(String word) {
    JsonNode health = central.get("/health", null).json();
    return health.at("/checks/clock").asText().equals(word);
  }

  @Test
  void f5EachAnswerSaysWhatTimeItIs() {
    assertThat(central.get("/health", null).headers().firstValue("Date").orElse(""))
        .matches("[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT");
  }
}
