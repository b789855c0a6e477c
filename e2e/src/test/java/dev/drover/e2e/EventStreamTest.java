package dev.drover.e2e;

import static java.util.concurrent.CompletableFuture.runAsync;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import dev.drover.e2e.harness.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event stream of sections 2 and 7.1: order, cursors, resync, and kill -9 in its middle. */
class EventStreamTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Logger LOG = LoggerFactory.getLogger(EventStreamTest.class);
  private static CentralProcess mortal;

  private final CentralProcess central = Shared.central();

  @BeforeAll
  static void startTheOneThatIsKilled() {
    mortal = CentralProcess.alone("mortal", Map.of());
    mortal.start();
  }

  @AfterAll
  static void stopIt() {
    mortal.close();
  }

  private record Listener(Mall mall, String token) {
    static Listener at(CentralProcess central) {
      Mall mall = Mall.fresh("stream");
      return new Listener(mall, mall.register(central.api()).path("token").asText());
    }

    void change(CentralProcess central, String id) {
      Api.Answer answer =
          central
              .api()
              .post(
                  "/api/entities/" + mall.entity() + "/beacons",
                  central.admin(),
                  "{\"id\":\"" + id + "\"}");
      assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
    }
  }

  @Test
  void connectedIsFirstAndCarriesTheCursor() {
    Listener listener = Listener.at(central);
    try (Stream stream = Stream.open(central.url(), listener.token(), null)) {
      Stream.Event connected = stream.await("connected");

      assertThat(stream.events().get(0)).isEqualTo(connected);
      assertThat(connected.id()).startsWith("evt-");
      assertThat(connected.json().path("connection_id").asText()).isNotBlank();
      assertThat(connected.json().has("server_time")).isTrue();
      assertThat(connected.json().path("heartbeat_seconds").asInt()).isEqualTo(60);
      assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
      assertThat(stream.header("Cache-Control")).contains("no-store");
      assertThat(stream.header("X-Accel-Buffering")).isEqualTo("no");
      assertThat(stream.lines())
          .anyMatch(line -> line.matches("retry: (5\\d\\d\\d|6\\d\\d\\d|7[0-4]\\d\\d|7500)"));
    }
  }

  @Test
  void pingRepeatsTheCursorOfTheStream() {
    Listener listener = Listener.at(central);
    try (Stream stream = Stream.open(central.url(), listener.token(), null)) {
      Stream.Event connected = stream.await("connected");
      Stream.Event ping = stream.await("ping");
      assertThat(ping.id()).isEqualTo(connected.id());
      assertThat(ping.json().path("timestamp").asText()).isNotBlank();

      listener.change(central, "b-1");
      Stream.Event update = stream.awaitChange("b-1");
      stream.await(
          "a ping with the new cursor",
          event -> event.type().equals("ping") && event.id().equals(update.id()));
      assertThat(update.id()).isNotEqualTo(connected.id());
    }
  }

  @Test
  void everyEventHasATypeAnIdAndOneLineOfJson() {
    Listener listener = Listener.at(central);
    try (Stream stream = Stream.open(central.url(), listener.token(), null)) {
      listener.change(central, "b-1");
      Stream.Event update = stream.awaitChange("b-1");
      stream.await("ping");

      assertThat(stream.events())
          .allSatisfy(
              event -> {
                assertThat(event.id()).isNotBlank();
                assertThat(event.json().isObject()).isTrue();
              });
      JsonNode data = update.json();
      assertThat(data.path("type").asText()).isEqualTo("entity_update");
      assertThat(data.path("entity_id").asText()).isEqualTo(listener.mall().entity());
      assertThat(data.path("updated_at").asText()).isNotBlank();
      assertThat(data.path("checksum").asText()).startsWith("sha256:");
      assertThat(data.path("event_key").asText()).isNotBlank();
      List<String> names = new ArrayList<>();
      data.path("changes").fieldNames().forEachRemaining(names::add);
      assertThat(names).containsExactlyInAnyOrder("areas", "beacons", "merchants", "connections");
    }
  }

  @Test
  void whatHappenedWhileAwayIsReplayedInOrder() {
    Listener listener = Listener.at(central);
    String cursor;
    try (Stream stream = Stream.open(central.url(), listener.token(), null)) {
      cursor = stream.await("connected").id();
    }
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      ids.add("b-" + i);
      listener.change(central, "b-" + i);
    }
    try (Stream stream = Stream.open(central.url(), listener.token(), cursor)) {
      stream.awaitChange("b-29");
      assertThat(stream.await("connected").id()).isEqualTo(cursor);
      assertThat(changes(stream.real())).isEqualTo(ids);
      // From the middle, only what came after it.
      Stream.Event first = stream.real().get(0);
      try (Stream again = Stream.open(central.url(), listener.token(), first.id())) {
        again.awaitChange("b-29");
        assertThat(changes(again.real()))
            .isEqualTo(ids.subList(first.changedIds().size(), ids.size()));
      }
    }
  }

  private static List<String> changes(List<Stream.Event> events) {
    return events.stream().flatMap(event -> event.changedIds().stream()).toList();
  }

  @Test
  void anUnknownCursorAsksForAResyncAndTheStreamGoesOn() {
    Listener listener = Listener.at(central);
    for (String cursor : List.of("evt-AAAAAAAA-0-5", "no-cursor-at-all", "evt-123456")) {
      try (Stream stream = Stream.open(central.url(), listener.token(), cursor)) {
        Stream.Event resync = stream.await("resync_required");
        assertThat(resync.id()).startsWith("evt-").isNotEqualTo(cursor);
        assertThat(resync.json().path("reason").asText()).isNotBlank();
        String id = "after-" + cursor;
        listener.change(central, id);
        stream.awaitChange(id);
      }
      try (Stream again = Stream.open(central.url(), listener.token(), cursor)) {
        again.await("resync_required");
      }
    }
  }

  @Test
  void theDoubledPathOfTheGuideIsTheSameStream() {
    Listener listener = Listener.at(central);
    String url = central.url() + "/api/orchestrators/events/api/orchestrators/events";
    try (Stream stream = Stream.open(url, listener.token(), null, Map.of())) {
      stream.await("connected");
      listener.change(central, "b-1");
      stream.awaitChange("b-1");
    }
  }

  @Test
  void aChangeReachesTheStreamWithinMilliseconds() {
    Listener listener = Listener.at(central);
    try (Stream stream = Stream.open(central.url(), listener.token(), null)) {
      stream.await("connected");
      List<Long> millis = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        long sent = System.nanoTime();
        listener.change(central, "b-" + i);
        millis.add((stream.awaitChange("b-" + i).at() - sent) / 1_000_000);
      }
      millis.sort(null);
      LOG.info("change to stream: median {} ms, worst {} ms", millis.get(10), millis.get(19));
      assertThat(millis.get(10)).isLessThan(2_000);
    }
  }

  @Test
  void aBurstBecomesFewEventsThatTellOfEveryChange() {
    Listener listener = Listener.at(central);
    String path = "/api/entities/" + listener.mall().entity() + "/areas/a-";
    String token = central.admin();
    IntStream.range(0, 20).forEach(i -> create(listener, "a-" + i, token));
    String cursor;
    try (Stream stream = Stream.open(central.url(), listener.token(), null)) {
      stream.await("connected");
      // Many at a time, so that on a slow machine too several fall into one window.
      ExecutorService writers = Executors.newFixedThreadPool(20);
      CompletableFuture.allOf(
              IntStream.range(0, 20)
                  .mapToObj(i -> runAsync(() -> edit(path + i, "a-" + i, token), writers))
                  .toArray(CompletableFuture[]::new))
          .join();
      writers.shutdown();
      create(listener, "last", token);
      stream.awaitChange("last");
      Set<String> told = new LinkedHashSet<>(changes(stream.real()));
      assertThat(told).containsAll(IntStream.range(0, 20).mapToObj(i -> "a-" + i).toList());
      LOG.info("501 changes became {} events", stream.real().size());
      assertThat(stream.real().size()).isLessThan(250);
      cursor = stream.real().get(0).id();
    }
    assertThat(cursor).isNotNull();
  }

  private void edit(String path, String id, String token) {
    for (int i = 0; i < 25; i++) {
      String body = "{\"id\":\"" + id + "\",\"revision\":" + i + "}";
      assertThat(central.api().put(path, token, body).status()).isEqualTo(200);
    }
  }

  private void create(Listener listener, String id, String token) {
    String path = "/api/entities/" + listener.mall().entity() + "/areas";
    assertThat(central.api().post(path, token, "{\"id\":\"" + id + "\"}").status()).isEqualTo(201);
  }

  @Test
  void killNineOfCentralCutsTheStreamAndNothingIsLost() {
    Listener listener = Listener.at(mortal);
    String cursor;
    try (Stream stream = Stream.open(mortal.url(), listener.token(), null)) {
      listener.change(mortal, "before");
      cursor = stream.awaitChange("before").id();
      listener.change(mortal, "unseen");
      mortal.kill();
      Awaitility.await().atMost(SOON).until(() -> stream.end() != null);
      // A clean end would make some clients stop for ever.
      assertThat(stream.end()).startsWith("error");
    }
    mortal.start();
    listener.change(mortal, "after");
    try (Stream stream = Stream.open(mortal.url(), listener.token(), cursor)) {
      stream.awaitChange("after");
      assertThat(changes(stream.real())).containsExactly("unseen", "after");
      assertThat(stream.events()).noneMatch(event -> event.type().equals("resync_required"));
    }
  }

  @Test
  void killNineOfTheBrokerOnlyDelaysEvents() {
    Listener listener = Listener.at(mortal);
    try (Stream stream = Stream.open(mortal.url(), listener.token(), null)) {
      stream.await("connected");
      listener.change(mortal, "before");
      stream.awaitChange("before");

      ProcessHandle broker = mortal.kafka();
      broker.destroyForcibly();
      broker.onExit().join();
      for (int i = 0; i < 20; i++) {
        listener.change(mortal, "during-" + i);
      }
      Awaitility.await("the events of the outage")
          .atMost(Duration.ofSeconds(40))
          .until(() -> changes(stream.real()).contains("during-19"));
      assertThat(mortal.kafka().pid()).isNotEqualTo(broker.pid());
      List<String> expected = new ArrayList<>(List.of("before"));
      IntStream.range(0, 20).forEach(i -> expected.add("during-" + i));
      assertThat(changes(stream.real()).stream().distinct().toList()).isEqualTo(expected);
      assertThat(stream.end()).isNull();
    }
  }
}
