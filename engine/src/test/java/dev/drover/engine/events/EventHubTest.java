package dev.drover.engine.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.sse.RawSse;
import dev.drover.engine.sse.StreamServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the hub promises, over real sockets and a real broker: no gap, no repetition, in order. */
class EventHubTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final AtomicInteger TOPICS = new AtomicInteger();

  @TempDir static Path directory;
  private static TestBroker broker;
  private final ByteBudget budget = new ByteBudget(16 << 20);
  private String topic;
  private EventHub hub;
  private StreamServer server;

  @BeforeAll
  static void startBroker() {
    broker = new TestBroker(directory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private void start(int partitions, EventHubSettings settings, String... routes) throws Exception {
    if (topic == null) {
      topic = "drover.events" + TOPICS.incrementAndGet();
      broker.createTopic(topic, partitions, Map.of());
    }
    start(new KafkaEventLog(topic, broker.client()), settings, routes);
  }

  private void start(EventLog log, EventHubSettings settings, String... routes) throws Exception {
    hub = new EventHub(log, settings, Clock.systemUTC(), budget);
    String[] all = new String[routes.length + 2];
    all[0] = StreamServer.SSE_ROUTE;
    all[1] = StreamServer.FAN_OUT_ROUTE.replace("drover.events", topic);
    System.arraycopy(routes, 0, all, 2, routes.length);
    server = new StreamServer(hub, Map.of(), all);
    await().atMost(SOON).until(hub::ready);
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private RawSse open(String key, String cursor) throws IOException {
    String path = "/api/orchestrators/events?entity_id=" + key;
    return cursor == null
        ? new RawSse(server.port(), path)
        : new RawSse(server.port(), path, "Last-Event-ID: " + cursor);
  }

  private String cursorZero(String key) {
    LogState state = hub.log().state();
    return new EventId(state.epoch(), state.partitionFor(key), 0).toString();
  }

  private static String event(int n, int size) {
    return "{\"n\":" + n + ",\"pad\":\"" + "x".repeat(size) + "\"}";
  }

  private static int number(RawSse.Frame frame) {
    String data = frame.data();
    return Integer.parseInt(data.substring(5, data.indexOf(',')));
  }

  @Test
  void twentyStreamsAreExactOverManyReconnects() throws Exception {
    // a ring far smaller than the traffic, so that catching up goes through the log as well
    start(4, EventHubSettings.defaults().withRingBytes(4_000));
    int perKey = 1500;
    int keys = 10;
    AtomicInteger reconnects = new AtomicInteger();
    ExecutorService pool = Executors.newCachedThreadPool();
    List<Future<List<Integer>>> readers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String key = "mall-" + i % keys;
      int seed = i;
      readers.add(pool.submit(reader(key, perKey, new Random(seed), reconnects)));
    }
    for (int n = 1; n <= perKey; n++) {
      for (int k = 0; k < keys; k++) {
        broker.send(topic, "mall-" + k, "data_update", event(n, n % 300)).get();
      }
    }
    for (Future<List<Integer>> reader : readers) {
      List<Integer> got = reader.get(60, TimeUnit.SECONDS);
      assertThat(got).hasSize(perKey);
      for (int n = 1; n <= perKey; n++) {
        assertThat(got.get(n - 1)).isEqualTo(n);
      }
    }
    pool.shutdown();
    System.out.println(reconnects + " reconnects, " + hub.stats());
    assertThat(reconnects.get()).isGreaterThan(100);
    assertThat(hub.stats().logScans()).isPositive();
    assertThat(hub.stats().resyncs()).isZero();
  }

  /** Reads until it has all, cuts its connection at random, and comes back with its cursor. */
  private Callable<List<Integer>> reader(
      String key, int count, Random random, AtomicInteger reconnects) {
    return () -> {
      List<Integer> got = new ArrayList<>();
      String cursor = cursorZero(key);
      while (got.size() < count) {
        int until = got.size() + 1 + random.nextInt(200);
        try (RawSse stream = open(key, cursor)) {
          while (got.size() < count && got.size() < until) {
            RawSse.Frame frame = stream.nextEvent();
            got.add(number(frame));
            cursor = frame.id();
          }
        }
        reconnects.incrementAndGet();
      }
      return got;
    };
  }

  @Test
  void aThousandStreamsFromTheBeginningShareFewScans() throws Exception {
    topic = "drover.events" + TOPICS.incrementAndGet();
    broker.createTopic(topic, 4, Map.of());
    int streams = 1000;
    int events = 5;
    Future<?> last = null;
    for (int n = 1; n <= events; n++) {
      for (int s = 0; s < streams; s++) {
        last = broker.send(topic, "mall-" + s, "data_update", event(n, 500));
      }
    }
    last.get();
    start(4, EventHubSettings.defaults());
    List<RawSse> open = new ArrayList<>();
    LogState state = hub.log().state();
    long before = System.nanoTime();
    for (int s = 0; s < streams; s++) {
      String key = "mall-" + s;
      open.add(open(key, new EventId(state.epoch(), state.partitionFor(key), 0).toString()));
    }
    for (RawSse stream : open) {
      for (int n = 1; n <= events; n++) {
        assertThat(number(stream.nextEvent())).isEqualTo(n);
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    System.out.println("1000 streams caught up in " + took + ", " + hub.stats());
    assertThat(hub.stats().logScans()).isLessThan(streams / 4);
    for (RawSse stream : open) {
      stream.close();
    }
  }

  @Test
  void aSlowReaderIsCutWhileOthersGoOn() throws Exception {
    start(1, EventHubSettings.defaults().withMaxPendingBytes(256 * 1024));
    String path = "/api/orchestrators/events?entity_id=mall-a";
    try (RawSse slow = new RawSse(server.port(), 8 * 1024, path);
        RawSse good = open("mall-a", null)) {
      slow.next();
      good.next();
      int count = 2000;
      Future<?> reading =
          Executors.newSingleThreadExecutor()
              .submit(
                  () -> {
                    for (int n = 1; n <= count; n++) {
                      assertThat(number(good.nextEvent())).isEqualTo(n);
                    }
                    return null;
                  });
      for (int n = 1; n <= count; n++) {
        Future<?> sent = broker.send(topic, "mall-a", "data_update", event(n, 4000));
        if (n % 20 == 0) {
          sent.get();
        }
      }
      reading.get(30, TimeUnit.SECONDS);
      assertThat(hub.stats().slowDropped()).isEqualTo(1);
      assertThat(hub.connections()).hasSize(1);
      assertThatThrownBy(() -> readAll(slow)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void a9ALiveStreamWhoseReaderTakesNothingIsCutWhileOthersRead() throws Exception {
    EventHubSettings settings =
        EventHubSettings.defaults()
            .withMaxPendingBytes(64 << 20)
            .withStallTimeout(Duration.ofMillis(500));
    start(1, settings);
    String path = "/api/orchestrators/events?entity_id=mall-a";
    try (RawSse slow = new RawSse(server.port(), 8 * 1024, path);
        RawSse good = open("mall-a", null)) {
      slow.next();
      good.next();
      ExecutorService reading = Executors.newSingleThreadExecutor();
      reading.submit(
          () -> {
            readAll(good);
            return null;
          });
      for (int n = 1; n <= 16; n++) {
        broker.send(topic, "mall-a", "data_update", event(n, 900_000)).get();
      }
      await()
          .atMost(SOON)
          .until(
              () -> {
                hub.ping("sse");
                return hub.stats().slowDropped() == 1 && hub.connections().size() == 1;
              });
      assertThatThrownBy(() -> readAll(slow)).isInstanceOf(IOException.class);
      reading.shutdownNow();
    }
  }

  @Test
  void a9WhatWaitsForAllReadersIsBoundedAndTheSlowestIsCut() throws Exception {
    start(1, EventHubSettings.defaults().withMaxPendingBytes(256 << 20));
    String path = "/api/orchestrators/events?entity_id=";
    try (RawSse slowest = new RawSse(server.port(), 8 * 1024, path + "mall-a");
        RawSse slow = new RawSse(server.port(), 8 * 1024, path + "mall-b")) {
      slowest.next();
      slow.next();
      for (int n = 1; n <= 7; n++) {
        broker.send(topic, "mall-b", "data_update", event(n, 900_000)).get();
      }
      await().atMost(SOON).until(() -> budget.used() > 0);
      for (int n = 1; hub.stats().slowDropped() == 0; n++) {
        assertThat(n).as("events that wait for nobody's memory").isLessThan(60);
        broker.send(topic, "mall-a", "data_update", event(n, 900_000)).get();
        long sent = n + 7;
        await().atMost(SOON).until(() -> hub.stats().delivered() >= sent || dropped());
      }
      await().atMost(SOON).until(() -> hub.connections().size() == 1);
      assertThat(hub.connections().get(0).key()).isEqualTo("mall-b");
      assertThat(hub.stats().slowDropped()).isEqualTo(1);
      assertThat(budget.used()).isBetween(1L, budget.bytes());
      assertThatThrownBy(() -> readAll(slowest)).isInstanceOf(IOException.class);
      // nothing more is sent: that the reader took all is seen by looking
      for (int n = 1; n <= 7; n++) {
        assertThat(number(slow.nextEvent())).isEqualTo(n);
      }
      await().atMost(SOON).until(() -> budget.used() == 0);
    }
  }

  private boolean dropped() {
    return hub.stats().slowDropped() > 0;
  }

  @Test
  void a9ALiveStreamWhoseReaderTakesNothingIsCutWithoutAnotherEvent() throws Exception {
    EventHubSettings settings =
        EventHubSettings.defaults()
            .withMaxPendingBytes(64 << 20)
            .withStallTimeout(Duration.ofMillis(500));
    start(1, settings);
    String path = "/api/orchestrators/events?entity_id=mall-a";
    try (RawSse slow = new RawSse(server.port(), 8 * 1024, path)) {
      slow.next();
      for (int n = 1; n <= 16; n++) {
        broker.send(topic, "mall-a", "data_update", event(n, 900_000)).get();
      }
      await().atMost(SOON).until(() -> dropped() && hub.connections().isEmpty());
      await().atMost(SOON).until(() -> budget.used() == 0);
    }
  }

  private static void readAll(RawSse stream) throws IOException {
    while (true) {
      stream.next();
    }
  }

  @Test
  void aSlowReaderOfALongBacklogIsNeverCut() throws Exception {
    topic = "drover.events" + TOPICS.incrementAndGet();
    broker.createTopic(topic, 1, Map.of());
    int count = 4000;
    Future<?> last = null;
    for (int n = 1; n <= count; n++) {
      last = broker.send(topic, "mall-a", "data_update", event(n, 4000));
    }
    last.get();
    start(1, EventHubSettings.defaults().withMaxPendingBytes(256 * 1024));
    try (RawSse slow =
        new RawSse(
            server.port(),
            8 * 1024,
            "/api/orchestrators/events?entity_id=mall-a",
            "Last-Event-ID: " + cursorZero("mall-a"))) {
      slow.next();
      await()
          .during(Duration.ofMillis(500))
          .atMost(SOON)
          .until(() -> hub.stats().catchingUp() == 1);
      for (int n = 1; n <= count; n++) {
        assertThat(number(slow.nextEvent())).isEqualTo(n);
      }
      broker.send(topic, "mall-a", "data_update", event(count + 1, 10)).get();
      assertThat(number(slow.nextEvent())).isEqualTo(count + 1);
    }
    assertThat(hub.stats().slowDropped()).isZero();
  }

  @Test
  void aFailedDeliveryCutsTheStreamsOfItsKeyAndTheirCursorRepairsIt() throws Exception {
    String failing =
        """
        - route:
            id: failing-step
            from:
              uri: direct:fail
              steps:
                - choice:
                    when:
                      - simple: "${body} contains 'poison'"
                        steps:
                          - throwException: {exceptionType: java.lang.IllegalStateException, message: broken}
        """;
    topic = "drover.events" + TOPICS.incrementAndGet();
    broker.createTopic(topic, 1, Map.of());
    hub =
        new EventHub(
            new KafkaEventLog(topic, broker.client()),
            EventHubSettings.defaults(),
            Clock.systemUTC());
    String fanOut =
        StreamServer.FAN_OUT_ROUTE
            .replace("drover.events", topic)
            .replace("steps:", "steps:\n        - to: {uri: \"direct:fail\"}");
    server = new StreamServer(hub, Map.of(), StreamServer.SSE_ROUTE, fanOut, failing);
    await().atMost(SOON).until(hub::ready);
    try (RawSse a = open("mall-a", null);
        RawSse b = open("mall-b", null)) {
      String cursor = a.next().id();
      b.next();
      broker.send(topic, "mall-a", "data_update", "{\"poison\":1}").get();
      broker.send(topic, "mall-b", "data_update", "{\"n\":2}").get();
      assertThat(b.nextEvent().data()).isEqualTo("{\"n\":2}");
      assertThatThrownBy(a::next).isInstanceOf(IOException.class);
      try (RawSse back = open("mall-a", cursor)) {
        assertThat(back.nextEvent().data()).isEqualTo("{\"poison\":1}");
      }
    }
    assertThat(hub.stats().failedDispatches()).isEqualTo(1);
  }

  @Test
  void aSlowStepOfTheFanOutHoldsUpLaterEventsOnly() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    topic = "drover.events" + TOPICS.incrementAndGet();
    broker.createTopic(topic, 1, Map.of());
    hub =
        new EventHub(
            new KafkaEventLog(topic, broker.client()),
            EventHubSettings.defaults(),
            Clock.systemUTC());
    String fanOut =
        StreamServer.FAN_OUT_ROUTE
            .replace("drover.events", topic)
            .replace("steps:", "steps:\n        - bean: {ref: slow, method: await()}");
    server = new StreamServer(hub, Map.of("slow", slow), StreamServer.SSE_ROUTE, fanOut);
    await().atMost(SOON).until(hub::ready);
    try (RawSse first = open("mall-a", null)) {
      String cursor = first.next().id();
      broker.send(topic, "mall-a", "data_update", "{\"n\":1}").get();
      await().atMost(SOON).until(() -> hub.stats().dispatched() == 1);
      hub.ping("sse");
      assertThat(first.next().type()).isEqualTo("ping");
      try (RawSse behind = open("mall-a", cursor);
          RawSse other = open("mall-b", null)) {
        assertThat(other.next().type()).isEqualTo("connected");
        assertThat(behind.next().type()).isEqualTo("connected");
        slow.countDown();
        broker.send(topic, "mall-a", "data_update", "{\"n\":2}").get();
        for (RawSse stream : List.of(first, behind)) {
          assertThat(stream.nextEvent().data()).isEqualTo("{\"n\":1}");
          assertThat(stream.nextEvent().data()).isEqualTo("{\"n\":2}");
        }
      }
    }
  }

  @Test
  void aReplacedLogTellsEveryStreamToResync() throws Exception {
    start(1, EventHubSettings.defaults());
    try (RawSse stream = open("mall-a", null)) {
      String before = stream.next().id();
      broker.deleteTopic(topic);
      broker.createTopic(topic, 2, Map.of());
      RawSse.Frame resync = stream.nextEvent();
      assertThat(resync.type()).isEqualTo("resync_required");
      assertThat(resync.data())
          .isEqualTo("{\"reason\":\"log_replaced\",\"since\":\"" + before + "\"}");
      assertThat(resync.id()).isNotEqualTo(before);
      await()
          .untilAsserted(
              () -> {
                broker.send(topic, "mall-a", "data_update", "{\"n\":1}").get();
                assertThat(hub.stats().dispatched()).isPositive();
              });
      assertThat(stream.nextEvent().data()).isEqualTo("{\"n\":1}");
    }
  }

  @Test
  void b10EventsOlderThanTheRetentionAreNotReplayedThoughTheBrokerHasThem() throws Exception {
    topic = "drover.events" + TOPICS.incrementAndGet();
    broker.createTopic(topic, 1, Map.of());
    broker.send(topic, "mall-a", "data_update", event(1, 10)).get();
    Clock nextDay = Clock.offset(Clock.systemUTC(), Duration.ofHours(25));
    Optional<Duration> kept = Optional.of(Duration.ofHours(24));
    start(new KafkaEventLog(topic, broker.client(), kept, nextDay), EventHubSettings.defaults());
    String zero = cursorZero("mall-a");
    try (RawSse stream = open("mall-a", zero)) {
      assertThat(stream.nextEvent().data())
          .isEqualTo("{\"reason\":\"cursor_expired\",\"since\":\"" + zero + "\"}");
    }
  }

  @Test
  void anExpiredCursorLeadsToResync() throws Exception {
    topic = "drover.events" + TOPICS.incrementAndGet();
    broker.createTopic(topic, 1, Map.of());
    for (int n = 1; n <= 10; n++) {
      broker.send(topic, "mall-a", "data_update", event(n, 10)).get();
    }
    broker.deleteRecords(topic, 5);
    start(1, EventHubSettings.defaults());
    String zero = cursorZero("mall-a");
    try (RawSse stream = open("mall-a", zero)) {
      RawSse.Frame resync = stream.nextEvent();
      assertThat(resync.data())
          .isEqualTo("{\"reason\":\"cursor_expired\",\"since\":\"" + zero + "\"}");
      assertThat(resync.position()).isEqualTo(10);
    }
    try (RawSse stream = open("mall-a", zero.substring(0, zero.length() - 1) + "5")) {
      assertThat(number(stream.nextEvent())).isEqualTo(6);
    }
  }

  @Test
  void aBrokerRestartLosesNothing() throws Exception {
    start(1, EventHubSettings.defaults());
    try (RawSse stream = open("mall-a", null)) {
      stream.next();
      broker.send(topic, "mall-a", "data_update", event(1, 10)).get();
      assertThat(number(stream.nextEvent())).isEqualTo(1);
      broker.stop();
      broker.start();
      broker.send(topic, "mall-a", "data_update", event(2, 10)).get();
      assertThat(number(stream.nextEvent())).isEqualTo(2);
    }
    assertThat(hub.stats().resyncs()).isZero();
  }

  @Test
  void oneOwnerMayHoldSoManyStreamsAndNoMore() throws Exception {
    start(1, EventHubSettings.defaults().withMaxStreams(2));
    try (RawSse a = open("mall-a", null);
        RawSse b = open("mall-a", null)) {
      a.next();
      b.next();
      // Only now, since the server may take three requests in any order.
      try (RawSse c = open("mall-a", null)) {
        assertThat(c.head()).startsWith("HTTP/1.1 429").containsIgnoringCase("application/json");
        assertThat(c.body()).contains("\"code\":\"RATE_LIMIT_EXCEEDED\"");
      }
    }
  }

  @Test
  void aPacedStreamIsDelayedAndLosesNothing() throws Exception {
    String paced =
        """
        - route:
            id: paced
            from:
              uri: sse:/paced
              parameters: {minGap: 10}
              steps:
                - setHeader: {name: DroverStreamKey, expression: {constant: {expression: mall-a}}}
        """;
    start(1, EventHubSettings.defaults().withMaxPendingBytes(100_000), paced);
    try (RawSse stream = new RawSse(server.port(), "/paced")) {
      stream.next();
      int count = 300;
      for (int n = 1; n <= count; n++) {
        broker.send(topic, "mall-a", "data_update", event(n, 1000));
      }
      long begin = System.nanoTime();
      for (int n = 1; n <= count; n++) {
        assertThat(number(stream.nextEvent())).isEqualTo(n);
      }
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertThat(took).isGreaterThan(Duration.ofMillis(10L * count - 500));
    }
    assertThat(hub.stats().slowDropped()).isZero();
  }
}
