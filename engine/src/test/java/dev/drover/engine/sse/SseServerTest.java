package dev.drover.engine.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventHubSettings;
import dev.drover.engine.events.EventId;
import dev.drover.engine.events.KafkaEventLog;
import dev.drover.engine.events.TestBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SSE server over a real port, a real broker and YAML routes. */
class SseServerTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String TOPIC = "drover.events";
  private static final String PATH = "/api/orchestrators/events";

  @TempDir static Path directory;
  private static TestBroker broker;
  private EventHub hub;
  private StreamServer server;

  @BeforeAll
  static void startBroker() {
    broker = new TestBroker(directory);
    broker.createTopic(TOPIC, 2, Map.of());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void start() throws Exception {
    hub =
        new EventHub(
            new KafkaEventLog(TOPIC, broker.client()),
            EventHubSettings.defaults(),
            Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC));
    String ping =
        """
        - route:
            id: ping
            from:
              uri: direct:ping
              steps:
                - to: {uri: "sse:events", parameters: {operation: ping}}
        """;
    server =
        new StreamServer(
            hub, Map.of(), StreamServer.SSE_ROUTE, StreamServer.FAN_OUT_ROUTE, ping, REFUSING);
    await().atMost(SOON).until(hub::ready);
  }

  private static final String REFUSING =
      """
      - route:
          id: refusing
          from:
            uri: sse:/refuse
            steps:
              - setHeader: {name: CamelHttpResponseCode, expression: {constant: {expression: "403"}}}
              - setBody: {expression: {constant: {expression: '{"error":{"code":"FORBIDDEN"}}'}}}
      - route:
          id: throwing
          from:
            uri: sse:/throw
            steps:
              - throwException: {exceptionType: java.lang.IllegalStateException, message: secret}
      """;

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void framesAreExact() throws Exception {
    try (RawSse client = new RawSse(server.port(), PATH + "?entity_id=mall-a")) {
      assertThat(client.head())
          .startsWith("HTTP/1.1 200 OK")
          .containsIgnoringCase("content-type: text/event-stream\n")
          .containsIgnoringCase("cache-control: no-store\n")
          .containsIgnoringCase("x-accel-buffering: no\n")
          .doesNotContainIgnoringCase("content-encoding")
          .doesNotContainIgnoringCase("entity_id");
      String connected = client.chunk();
      assertThat(connected)
          .matches(
              "event: connected\nid: evt-[0-9a-f]{8}-[01]-[0-9]{12}\nretry: [5-7][0-9]{3}\n"
                  + "data: \\{\"connection_id\":\"conn-[0-9a-f-]{36}\","
                  + "\"server_time\":\"2026-01-02T03:04:05Z\",\"heartbeat_seconds\":30}\n\n");
      broker.send(TOPIC, "mall-a", "data_update", "{\"a\":1}").get();
      assertThat(client.chunk())
          .matches("event: data_update\nid: evt-[0-9a-f]{8}-[01]-[0-9]{12}\ndata: \\{\"a\":1}\n\n");
    }
  }

  @Test
  void connectedAndPingCarryTheCursor() throws Exception {
    String cursor;
    try (RawSse client = new RawSse(server.port(), PATH + "?entity_id=mall-a")) {
      cursor = client.next().id();
      assertThat(EventId.parse(cursor)).isPresent();
      server.context().createProducerTemplate().sendBody("direct:ping", "");
      RawSse.Frame ping = client.next();
      assertThat(ping.type()).isEqualTo("ping");
      assertThat(ping.id()).isEqualTo(cursor);
      assertThat(ping.data()).isEqualTo("{\"timestamp\":\"2026-01-02T03:04:05Z\"}");
      broker.send(TOPIC, "mall-a", "data_update", "{\"n\":1}").get();
      String event = client.next().id();
      assertThat(event).isGreaterThan(cursor);
      server.context().createProducerTemplate().sendBody("direct:ping", "");
      assertThat(client.next().id()).isEqualTo(event);
    }
    try (RawSse back =
        new RawSse(server.port(), PATH + "?entity_id=mall-a", "Last-Event-ID: " + cursor)) {
      assertThat(back.next().id()).isEqualTo(cursor);
      assertThat(back.next().data()).isEqualTo("{\"n\":1}");
    }
  }

  @Test
  void foreignKeysAndForeignCursorsGiveNothing() throws Exception {
    broker.send(TOPIC, "mall-b", "data_update", "{\"secret\":1}").get();
    try (RawSse a = new RawSse(server.port(), PATH + "?entity_id=mall-a")) {
      a.next();
      broker.send(TOPIC, "mall-b", "data_update", "{\"secret\":2}").get();
      broker.send(TOPIC, "mall-a", "data_update", "{\"mine\":1}").get();
      assertThat(a.nextEvent().data()).isEqualTo("{\"mine\":1}");
    }
  }

  @Test
  void unusableCursorsLeadToResync() throws Exception {
    String unknown = "evt-00000000-0-000000000007";
    try (RawSse client =
        new RawSse(server.port(), PATH + "?entity_id=mall-a", "Last-Event-ID: " + unknown)) {
      assertThat(client.next().id()).isEqualTo(unknown);
      RawSse.Frame resync = client.next();
      assertThat(resync.type()).isEqualTo("resync_required");
      assertThat(resync.data())
          .isEqualTo("{\"reason\":\"cursor_unknown\",\"since\":\"" + unknown + "\"}");
      assertThat(EventId.parse(resync.id()).orElseThrow().epoch()).isEqualTo(hub.epoch());
      broker.send(TOPIC, "mall-a", "data_update", "{\"n\":2}").get();
      assertThat(client.next().data()).isEqualTo("{\"n\":2}");
    }
    try (RawSse garbage =
        new RawSse(server.port(), PATH + "?entity_id=mall-a", "Last-Event-ID: <x>")) {
      assertThat(garbage.next().id()).isNull();
      assertThat(garbage.next().data()).isEqualTo("{\"reason\":\"cursor_unknown\",\"since\":null}");
    }
    try (RawSse stale = new RawSse(server.port(), PATH + "?entity_id=mall-a&stale=stale")) {
      stale.next();
      assertThat(stale.next().data()).isEqualTo("{\"reason\":\"stale\",\"since\":null}");
    }
  }

  @Test
  void aCursorBeyondTheEndOrOfAnotherPartitionIsUnknown() throws Exception {
    String live;
    try (RawSse client = new RawSse(server.port(), PATH + "?entity_id=mall-a")) {
      live = client.next().id();
    }
    EventId id = EventId.parse(live).orElseThrow();
    EventId beyond = new EventId(id.epoch(), id.partition(), id.position() + 1000);
    EventId other = new EventId(id.epoch(), 1 - id.partition(), 0);
    for (EventId cursor : new EventId[] {beyond, other}) {
      try (RawSse client =
          new RawSse(server.port(), PATH + "?entity_id=mall-a", "Last-Event-ID: " + cursor)) {
        client.next();
        assertThat(client.next().type()).isEqualTo("resync_required");
      }
    }
  }

  @Test
  void theRouteCanRefuseAndItsErrorsStayInside() throws Exception {
    try (RawSse client = new RawSse(server.port(), "/refuse?x=1", "X-Evil: echo")) {
      assertThat(client.head())
          .startsWith("HTTP/1.1 403")
          .containsIgnoringCase("content-type: application/json")
          .doesNotContainIgnoringCase("evil");
      assertThat(client.body()).isEqualTo("{\"error\":{\"code\":\"FORBIDDEN\"}}");
    }
    try (RawSse client = new RawSse(server.port(), "/throw")) {
      assertThat(client.head()).startsWith("HTTP/1.1 500");
      assertThat(client.body()).contains("\"code\":\"INTERNAL_ERROR\"").doesNotContain("secret");
    }
  }

  @Test
  void callersCannotSetTheStreamHeadersThemselves() throws Exception {
    try (RawSse client =
        new RawSse(
            server.port(),
            PATH + "?entity_id=mall-a&droverstreamkey=mall-b",
            "DroverStreamKey: mall-b",
            "droverStreamResync: evil",
            "CamelHttpResponseCode: 500")) {
      client.next();
      assertThat(hub.connections()).singleElement().matches(s -> s.key().equals("mall-a"));
    }
  }

  @Test
  void maxWaitEndsTheStreamCleanly() throws Exception {
    try (RawSse client = new RawSse(server.port(), PATH + "?entity_id=mall-a&max_wait=1")) {
      client.next();
      assertThat(client.raw().readNBytes(5)).isEqualTo("0\r\n\r\n".getBytes());
    }
    await().atMost(SOON).untilAsserted(() -> assertThat(hub.connections()).isEmpty());
  }

  @Test
  void aClientThatLeavesIsForgotten() throws Exception {
    try (RawSse client = new RawSse(server.port(), PATH + "?entity_id=mall-a")) {
      client.next();
      assertThat(hub.connections()).hasSize(1);
    }
    await().atMost(SOON).untilAsserted(() -> assertThat(hub.connections()).isEmpty());
  }

  @Test
  void stoppingTheServerIsNoCleanEnd() throws Exception {
    try (RawSse client = new RawSse(server.port(), PATH + "?entity_id=mall-a")) {
      client.next();
      server.context().getRouteController().stopRoute("events-stream");
      assertThatThrownBy(client::next)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
    }
  }
}
