package dev.drover.engine.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.proto.Json;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static final Instant NOW = Instant.parse("2026-11-28T20:00:00Z");

  private final Conditions conditions = new Conditions(Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void aFailureIsAProblemUntilTheNextSuccess() {
    conditions.fails("relay", "event_log", Severity.DEGRADED, "no broker", "start it");
    assertThat(conditions.problems())
        .containsExactly(new Problem("event_log", Severity.DEGRADED, "no broker", NOW, "start it"));
    assertThat(conditions.worst("event_log")).contains(Severity.DEGRADED);
    assertThat(conditions.worst("database")).isEmpty();

    conditions.well("relay");
    assertThat(conditions.problems()).isEmpty();
    assertThat(conditions.worst("event_log")).isEmpty();
  }

  @Test
  void aCheckIsSoundWhenAllItsPartsAre() {
    conditions.fails("relay", "event_log", Severity.DEGRADED, "no broker", "start it");
    conditions.fails("reader", "event_log", Severity.UNHEALTHY, "no topic", "make it");
    assertThat(conditions.worst("event_log")).contains(Severity.UNHEALTHY);

    conditions.well("reader");
    assertThat(conditions.worst("event_log")).contains(Severity.DEGRADED);
  }

  @Test
  void theLastCauseIsToldWithTheFirstTime() {
    conditions.fails("relay", "event_log", Severity.DEGRADED, "no broker", "start it");
    conditions.fails("relay", "event_log", Severity.DEGRADED, "no leader", "start it");

    assertThat(Json.text(Problem.told(conditions.problems()).get(0)))
        .isEqualTo(
            "{\"check\":\"event_log\",\"cause\":\"no leader\","
                + "\"since\":\"2026-11-28T20:00:00Z\",\"remedy\":\"start it\"}");
  }
}
