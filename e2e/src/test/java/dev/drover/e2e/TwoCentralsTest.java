package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import dev.drover.e2e.harness.Stream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Two instances behind one Kafka and one Mongo are one central; a stopped one leaves nothing. */
class TwoCentralsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration FOLLOWS = Duration.ofSeconds(5);

  @Test
  void twoInstancesAreOneCentral() {
    CentralProcess first = Shared.central();
    try (CentralProcess second = first.sibling("second", Map.of())) {
      second.start();
      Mall mall = Mall.fresh("pair");
      String token = mall.register(first.api()).path("token").asText();
      String path = "/api/entities/" + mall.entity() + "/areas";
      try (Stream atFirst = Stream.open(first.url(), token, null);
          Stream atSecond = Stream.open(second.url(), token, null)) {
        atFirst.await("connected");
        String cursor = atSecond.await("connected").id();
        create(first.api(), path, first.admin(), "made-at-first");
        atSecond.awaitChange("made-at-first");
        create(second.api(), path, second.admin(), "made-at-second");
        atFirst.awaitChange("made-at-second");
        atSecond.awaitChange("made-at-second");
        assertThat(ids(atFirst)).isEqualTo(ids(atSecond));
        // A cursor of one is a cursor of the other.
        try (Stream moved = Stream.open(first.url(), token, cursor)) {
          moved.awaitChange("made-at-second");
          assertThat(ids(moved)).isEqualTo(ids(atSecond));
        }
      }
      String beat = "{\"status\":\"healthy\",\"version\":\"1\"}";
      assertThat(first.api().post("/api/orchestrators/heartbeat", token, beat).status())
          .isEqualTo(200);
      assertThat(second.api().post("/api/orchestrators/heartbeat", token, beat).status())
          .as("the limit is shared")
          .isEqualTo(429);
      Api.Answer made = mall.registering(first.api()).header("X-Idempotency-Key", "pair-1").send();
      Api.Answer again =
          mall.registering(second.api()).header("X-Idempotency-Key", "pair-1").send();
      assertThat(made.status()).isEqualTo(200);
      assertThat(again.body()).as("stored answers are shared").isEqualTo(made.body());
      assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }
  }

  @Test
  void c11WhatOneCentralRevokesTheOtherRefusesWithinFiveSeconds() {
    CentralProcess first = Shared.central();
    try (CentralProcess second = first.sibling("second", Map.of())) {
      second.start();
      Mall mall = Mall.fresh("revoked");
      Mall other = Mall.fresh("other");
      String token = mall.register(first.api()).path("token").asText();
      String untouched = other.register(first.api()).path("token").asText();
      try (Stream atSecond = Stream.open(second.url(), token, null);
          Stream others = Stream.open(second.url(), untouched, null)) {
        atSecond.await("connected");
        others.await("connected");
        String path = "/api/orchestrators/orch-001/revoke?entity_id=" + mall.entity();
        assertThat(first.api().post(path, first.admin(), "{\"reason\":\"stolen\"}").status())
            .isEqualTo(200);
        long since = System.nanoTime();
        String read = "/api/orchestrators/sync/checksum";
        Awaitility.await("refused at the second one, and its stream ended")
            .atMost(FOLLOWS)
            .pollInterval(Duration.ofMillis(50))
            .until(
                () ->
                    second.api().get(read, token).code().equals("AUTH_TOKEN_REVOKED")
                        && atSecond.end() != null);
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(FOLLOWS);
        assertThat(second.api().get(read, untouched).status()).isEqualTo(200);
        assertThat(others.end()).isNull();
      }
    }
  }

  private static List<String> ids(Stream stream) {
    return stream.real().stream().map(Stream.Event::id).toList();
  }

  private static void create(Api api, String path, String token, String id) {
    assertThat(api.post(path, token, "{\"id\":\"" + id + "\"}").status()).isEqualTo(201);
  }

  @Test
  void aStoppedCentralEndsSoonAndLeavesNoChild() {
    try (CentralProcess central = CentralProcess.alone("stopped", Map.of())) {
      central.start();
      Mall mall = Mall.fresh("stop");
      String token = mall.register(central.api()).path("token").asText();
      try (Stream stream = Stream.open(central.url(), token, null)) {
        stream.await("connected");
        List<ProcessHandle> children = central.process().descendants().toList();
        assertThat(children).isNotEmpty();
        assertThat(central.stop(Duration.ofSeconds(10))).as("ends within 10 s").isTrue();
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        Awaitility.await().atMost(SOON).until(() -> stream.end() != null);
        assertThat(stream.end()).as("the stream is aborted, not ended").startsWith("error");
      }
    }
  }
}
