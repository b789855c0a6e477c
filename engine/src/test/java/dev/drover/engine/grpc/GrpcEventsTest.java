package dev.drover.engine.grpc;

import static dev.drover.engine.grpc.GrpcServer.metadata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventHubSettings;
import dev.drover.engine.events.KafkaEventLog;
import dev.drover.engine.events.TestBroker;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.grpc.navign.Event;
import dev.drover.proto.grpc.navign.EventType;
import dev.drover.proto.grpc.navign.EventsRequest;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The third encoding of the event stream. */
class GrpcEventsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int PENDING = 256 * 1024;

  private static final String ROUTES =
      """
      - route:
          id: stream
          from:
            uri: grpc-events:navign.orchestrator.sync.OrchestratorSync/StreamEvents
            steps:
              - choice:
                  when:
                    - simple: "${header.Authorization} != 'Bearer good'"
                      steps:
                        - throwException: {exceptionType: dev.drover.engine.grpc.GrpcEventsTest$Refused, message: no}
              - setHeader: {name: DroverStreamKey, expression: {simple: {expression: "${header.entity_id}"}}}
              - setHeader: {name: DroverStreamCursor, expression: {simple: {expression: "${header.last_event_id}"}}}
      - route:
          id: stream-appendix
          from:
            uri: grpc-events:OrchestratorSync/StreamEvents
            steps:
              - setHeader: {name: DroverStreamKey, expression: {simple: {expression: "${header.entity_id}"}}}
      - route:
          id: fan-out
          from:
            uri: event-log:drover.events
            steps:
              - to: {uri: "grpc-events:events"}
      - route:
          id: ping
          from:
            uri: direct:ping
            steps:
              - to: {uri: "grpc-events:events", parameters: {operation: ping}}
      """;

  /** What a route that refuses throws: not a fault of the protocol's. */
  public static final class Refused extends RuntimeException {
    /** A refusal. */
    public Refused(String message) {
      super(message);
    }
  }

  @TempDir Path directory;
  private final ByteBudget budget = ByteBudget.ofHeap();
  private TestBroker broker;
  private EventHub hub;
  private GrpcServer server;

  @BeforeEach
  void start() throws Exception {
    broker = new TestBroker(directory);
    broker.createTopic("drover.events", 1, Map.of());
    hub =
        new EventHub(
            new KafkaEventLog("drover.events", broker.client()),
            EventHubSettings.defaults().withMaxPendingBytes(PENDING).withMaxStreams(1),
            Clock.systemUTC(),
            budget);
    server = new GrpcServer(hub, Map.of(), ROUTES);
    await().atMost(SOON).until(hub::ready);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    hub.close();
    broker.close();
  }

  /** One stream as a client sees it; events are asked for one by one, or all. */
  private static final class Stream<T> extends ClientCall.Listener<T> {
    private final ClientCall<EventsRequest, T> call;
    private final CompletableFuture<Metadata> head = new CompletableFuture<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final CompletableFuture<Metadata> trailers = new CompletableFuture<>();
    private final BlockingQueue<T> events = new LinkedBlockingQueue<>();

    Stream(
        Channel channel,
        MethodDescriptor<EventsRequest, T> method,
        EventsRequest request,
        int messages,
        Metadata metadata) {
      call = channel.newCall(method, CallOptions.DEFAULT);
      call.start(this, metadata);
      call.sendMessage(request);
      call.halfClose();
      call.request(messages);
    }

    @Override
    public void onHeaders(Metadata headers) {
      head.complete(headers);
    }

    @Override
    public void onMessage(T event) {
      events.add(event);
    }

    @Override
    public void onClose(Status status, Metadata metadata) {
      trailers.complete(metadata);
      end.complete(status);
    }

    String cursor() throws Exception {
      return head.get(60, TimeUnit.SECONDS)
          .get(Metadata.Key.of("last-event-id", Metadata.ASCII_STRING_MARSHALLER));
    }

    T next() throws InterruptedException {
      T event = events.poll(60, TimeUnit.SECONDS);
      assertThat(event).as("an event within 10 s").isNotNull();
      return event;
    }

    Code ended() throws Exception {
      return end.get(60, TimeUnit.SECONDS).getCode();
    }
  }

  private Stream<Event> open(String entity, String cursor) {
    return open(server.channel(), entity, cursor, Integer.MAX_VALUE);
  }

  private static Stream<Event> open(Channel channel, String entity, String cursor, int messages) {
    return new Stream<>(
        channel,
        OrchestratorSyncGrpc.getStreamEventsMethod(),
        EventsRequest.newBuilder().setEntityId(entity).setLastEventId(cursor).build(),
        messages,
        metadata("authorization", "Bearer good"));
  }

  private void send(String entity, String type, String json) throws Exception {
    broker.send("drover.events", entity, type, json).get();
  }

  @Test
  void tellsTheCursorFirstAndThenWhatHappens() throws Exception {
    Stream<Event> stream = open("mall-a", "");
    String cursor = stream.cursor();
    assertThat(cursor).startsWith("evt-");
    send("mall-b", "data_update", "{\"n\":0}");
    String data = "{\"type\":\"entity_update\",\"updated_at\":\"2025-01-08T10:30:00Z\",\"n\":1}";
    send("mall-a", "data_update", data);
    Event event = stream.next();
    assertThat(event.getType()).isEqualTo(EventType.EVENT_TYPE_DATA_UPDATE);
    assertThat(event.getPayload().toStringUtf8()).isEqualTo(data);
    assertThat(event.getId()).startsWith("evt-").isNotEqualTo(cursor);
    assertThat(event.getTimestamp().getSeconds())
        .isEqualTo(Instant.parse("2025-01-08T10:30:00Z").getEpochSecond());
    send("mall-a", "config_update", "{\"nested\":{\"timestamp\":\"x\"}}");
    Event untimed = stream.next();
    assertThat(untimed.getType()).isEqualTo(EventType.EVENT_TYPE_CONFIG_UPDATE);
    assertThat(untimed.getTimestamp().getSeconds())
        .isCloseTo(Instant.now().getEpochSecond(), Offset.offset(60L));
    send("mall-a", "something_new", "{}");
    assertThat(stream.next().getType()).isEqualTo(EventType.EVENT_TYPE_UNSPECIFIED);
  }

  @Test
  void goesOnAfterTheCursor() throws Exception {
    Stream<Event> first = open("mall-a", "");
    String cursor = first.cursor();
    for (int i = 0; i < 3; i++) {
      send("mall-a", "task_create", "{\"n\":" + i + "}");
    }
    first.next();
    String afterTwo = first.next().getId();
    first.call.cancel("enough", null);
    await().atMost(SOON).until(() -> hub.connections().isEmpty());

    Stream<Event> second = open("mall-a", afterTwo);
    assertThat(second.cursor()).isEqualTo(afterTwo);
    assertThat(second.next().getPayload().toStringUtf8()).isEqualTo("{\"n\":2}");
    second.call.cancel("enough", null);
    await().atMost(SOON).until(() -> hub.connections().isEmpty());

    Stream<Event> third = open("mall-a", cursor);
    for (int i = 0; i < 3; i++) {
      assertThat(third.next().getPayload().toStringUtf8()).isEqualTo("{\"n\":" + i + "}");
    }
  }

  @Test
  void anUnknownCursorLeadsToAResync() throws Exception {
    Stream<Event> stream = open("mall-a", "evt-nonsense");
    assertThat(stream.cursor()).isEqualTo("evt-nonsense");
    Event event = stream.next();
    assertThat(event.getType()).isEqualTo(EventType.EVENT_TYPE_RESYNC_REQUIRED);
    assertThat(event.getPayload().toStringUtf8()).contains("cursor_unknown");
    assertThat(event.getTimestamp().getSeconds()).isPositive();
    send("mall-a", "data_update", "{\"n\":1}");
    assertThat(stream.next().getType()).isEqualTo(EventType.EVENT_TYPE_DATA_UPDATE);
  }

  @Test
  void pingCarriesTheCursor() throws Exception {
    Stream<Event> stream = open("mall-a", "");
    String cursor = stream.cursor();
    server.context().createProducerTemplate().sendBody("direct:ping", null);
    Event ping = stream.next();
    assertThat(ping.getType()).isEqualTo(EventType.EVENT_TYPE_PING);
    assertThat(ping.getId()).isEqualTo(cursor);
  }

  @Test
  void theAppendixHasTypesAsTexts() throws Exception {
    Stream<dev.drover.proto.grpc.appendix.Event> stream =
        new Stream<>(
            server.channel(),
            dev.drover.proto.grpc.appendix.OrchestratorSyncGrpc.getStreamEventsMethod(),
            EventsRequest.newBuilder().setEntityId("mall-a").build(),
            Integer.MAX_VALUE,
            new Metadata());
    stream.cursor();
    send("mall-a", "something_new", "{\"n\":1}");
    dev.drover.proto.grpc.appendix.Event event = stream.next();
    assertThat(event.getType()).isEqualTo("something_new");
    assertThat(event.getPayload().toStringUtf8()).isEqualTo("{\"n\":1}");
    server.context().createProducerTemplate().sendBody("direct:ping", null);
    assertThat(stream.next().getType()).isEqualTo("ping");
  }

  @Test
  void whatTheRouteOrTheHubRefusesIsNoStream() throws Exception {
    Stream<Event> stranger =
        new Stream<>(
            server.channel(),
            OrchestratorSyncGrpc.getStreamEventsMethod(),
            EventsRequest.newBuilder().setEntityId("mall-a").build(),
            1,
            new Metadata());
    assertThat(stranger.ended()).isEqualTo(Code.INTERNAL);
    assertThat(hub.connections()).isEmpty();
    open("mall-a", "").cursor();
    Stream<Event> second = open("mall-a", "");
    assertThat(second.ended()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(
            second
                .trailers
                .get(60, TimeUnit.SECONDS)
                .get(Metadata.Key.of("x-error-code", Metadata.ASCII_STRING_MARSHALLER)))
        .isEqualTo("RATE_LIMIT_EXCEEDED");
  }

  @Test
  void aStoppedRouteEndsItsStreamsAsUnavailable() throws Exception {
    Stream<Event> stream = open("mall-a", "");
    stream.cursor();
    server.context().getRouteController().stopRoute("stream");
    assertThat(stream.ended()).isEqualTo(Code.UNAVAILABLE);
    assertThat(open("mall-a", "").ended()).isEqualTo(Code.UNIMPLEMENTED);
    await().atMost(SOON).until(() -> hub.connections().isEmpty());
  }

  @Test
  void aReaderThatDoesNotReadIsResetAndOthersGoOn() throws Exception {
    ManagedChannel slowChannel =
        GrpcServer.channel(server.port().port()).flowControlWindow(65_535).build();
    try {
      Stream<Event> slow = open(slowChannel, "mall-a", "", 1);
      slow.cursor();
      Stream<Event> other = open("mall-b", "");
      other.cursor();
      String large = "{\"x\":\"" + "y".repeat(60_000) + "\"}";
      for (int i = 0; i < 20 && !slow.end.isDone(); i++) {
        send("mall-a", "data_update", large);
      }
      await().atMost(SOON).untilAsserted(() -> assertThat(hub.stats().slowDropped()).isEqualTo(1));
      // what it had not read by then is not sent any more
      slow.call.request(Integer.MAX_VALUE - 1);
      assertThat(slow.ended()).isEqualTo(Code.CANCELLED);
      assertThat(slow.events.size()).isLessThanOrEqualTo(2);
      send("mall-b", "data_update", "{\"n\":1}");
      assertThat(other.next().getPayload().toStringUtf8()).isEqualTo("{\"n\":1}");
      // its cursor repairs it
      Stream<Event> again = open("mall-a", slow.next().getId());
      assertThat(again.next().getPayload().size()).isGreaterThan(60_000);
    } finally {
      slowChannel.shutdownNow();
    }
  }

  @Test
  void a9WhatWaitsForAReaderIsTakenFromTheBudgetOfTheProcess() throws Exception {
    ManagedChannel slowChannel =
        GrpcServer.channel(server.port().port()).flowControlWindow(65_535).build();
    try (ByteBudget.Part others = budget.take(budget.bytes() - 100 * 1024)) {
      Stream<Event> slow = open(slowChannel, "mall-a", "", 1);
      slow.cursor();
      // one is read and one is in the window: what waits is less than a stream alone may have
      String large = "{\"x\":\"" + "y".repeat(60_000) + "\"}";
      for (int i = 0; i < 4; i++) {
        send("mall-a", "data_update", large);
      }
      await().atMost(SOON).untilAsserted(() -> assertThat(hub.stats().slowDropped()).isEqualTo(1));
      slow.call.request(Integer.MAX_VALUE - 1);
      assertThat(slow.ended()).isEqualTo(Code.CANCELLED);
      await().atMost(SOON).until(() -> budget.used() == others.held());
    } finally {
      slowChannel.shutdownNow();
    }
  }
}
