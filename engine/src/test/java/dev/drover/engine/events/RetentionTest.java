package dev.drover.engine.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.sse.RawSse;
import dev.drover.engine.sse.StreamServer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events are told to who comes back for as long as the retention says, whatever the broker has. */
class RetentionTest {
  private static final String TOPIC = "drover.events";

  @TempDir Path directory;

  @Test
  void b10EventsOlderThanTheRetentionAreNotReplayedThoughTheBrokerHasThem() throws Exception {
    try (TestBroker broker = new TestBroker(directory)) {
      broker.createTopic(TOPIC, 1, Map.of());
      broker.send(TOPIC, "mall-a", "data_update", "{\"n\":1}").get();
      Clock nextDay = Clock.offset(Clock.systemUTC(), Duration.ofHours(25));
      Optional<Duration> kept = Optional.of(Duration.ofHours(24));
      EventHub hub =
          new EventHub(
              new KafkaEventLog(TOPIC, broker.client(), kept, nextDay),
              EventHubSettings.defaults(),
              Clock.systemUTC());
      StreamServer server =
          new StreamServer(hub, Map.of(), StreamServer.SSE_ROUTE, StreamServer.FAN_OUT_ROUTE);
      await().atMost(Duration.ofSeconds(60)).until(hub::ready);
      LogState state = hub.log().state();
      String zero = new EventId(state.epoch(), state.partitionFor("mall-a"), 0).toString();
      String path = "/api/orchestrators/events?entity_id=mall-a";
      try (RawSse stream = new RawSse(server.port(), path, "Last-Event-ID: " + zero)) {
        assertThat(stream.nextEvent().data())
            .isEqualTo("{\"reason\":\"cursor_expired\",\"since\":\"" + zero + "\"}");
      } finally {
        server.close();
      }
    }
  }
}
