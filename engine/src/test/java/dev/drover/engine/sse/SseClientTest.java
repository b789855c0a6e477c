package dev.drover.engine.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.events.EventHeaders;
import dev.drover.engine.time.BackOff;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The SSE client against a real server that misbehaves on purpose. */
class SseClientTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private final Vertx vertx = Vertx.vertx();
  private final DefaultCamelContext context = new DefaultCamelContext();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<Long> times = new CopyOnWriteArrayList<>();
  private final Owner owner = new Owner();
  private final Handler handler = new Handler();
  private HttpServer server;

  private static final class Owner implements SseConnection {
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private volatile String cursor;

    @Override
    public Map<String, String> headers() {
      return Map.of("Authorization", "Bearer t" + opened.get());
    }

    @Override
    public Optional<String> lastEventId() {
      return Optional.ofNullable(cursor);
    }

    @Override
    public void connected() {
      opened.incrementAndGet();
    }

    @Override
    public void refused(int status, String body) {
      refusals.add(status + " " + body);
    }
  }

  private final class Handler implements Processor {
    private final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger failures = new AtomicInteger();

    @Override
    public void process(Exchange exchange) {
      if (failures.getAndDecrement() > 0) {
        throw new IllegalStateException("handler fails");
      }
      handled.add(exchange.getMessage().getBody(String.class));
      owner.cursor = exchange.getMessage().getHeader(EventHeaders.EVENT_ID, String.class);
    }
  }

  private void run(String options, BiConsumer<Integer, HttpServerResponse> script)
      throws Exception {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> answer(request, script))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    context.getRegistry().bind("vertx", vertx);
    context.getRegistry().bind("owner", owner);
    context.getRegistry().bind("handler", handler);
    String yaml =
        """
        - route:
            id: listen
            errorHandler: {noErrorHandler: {}}
            from:
              uri: sse:http://127.0.0.1:%d/events
              parameters: {connection: "#owner", %s}
              steps:
                - process: {ref: handler}
        """
            .formatted(server.actualPort(), options);
    PluginHelper.getRoutesLoader(context)
        .loadRoutes(ResourceHelper.fromString("client.camel.yaml", yaml));
    context.start();
  }

  private void answer(HttpServerRequest request, BiConsumer<Integer, HttpServerResponse> script) {
    times.add(System.nanoTime());
    asked.add(request.getHeader("Authorization") + " " + request.getHeader("Last-Event-ID"));
    HttpServerResponse response = request.response();
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    script.accept(asked.size(), response);
  }

  @AfterEach
  void stop() {
    context.stop();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static String event(int n) {
    return "event: data_update\nid: evt-" + n + "\ndata: {\"n\":" + n + "}\n\n";
  }

  @Test
  void aCleanEndReconnectsWithTheDurableCursorAndAFreshToken() throws Exception {
    run("backoff: 20ms", (n, response) -> response.end(event(n)));
    await().atMost(SOON).untilAsserted(() -> assertThat(asked).hasSizeGreaterThan(3));
    assertThat(asked.subList(0, 3))
        .containsExactly("Bearer t0 null", "Bearer t1 evt-1", "Bearer t2 evt-2");
    assertThat(handler.handled.subList(0, 3))
        .containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
  }

  @Test
  void waitsGrowAlongTheList() throws Exception {
    run("backoff: \"50ms,150ms,400ms\"", (n, response) -> response.setStatusCode(503).end("no"));
    await().atMost(SOON).untilAsserted(() -> assertThat(times).hasSizeGreaterThan(4));
    long[] expected = {50, 150, 400, 400};
    for (int i = 0; i < expected.length; i++) {
      Duration gap = Duration.ofNanos(times.get(i + 1) - times.get(i));
      assertThat(gap)
          .isBetween(Duration.ofMillis(expected[i]), Duration.ofMillis(expected[i] + 10_000));
    }
    assertThat(owner.refusals.get(0)).isEqualTo("503 no");
  }

  @Test
  void aHealthyConnectionSetsTheBackOffToItsBeginning() throws Exception {
    run(
        "backoff: \"20ms,30s\", healthyAfter: 100ms",
        (n, response) -> {
          response.write(event(n));
          vertx.setTimer(600, id -> response.end());
        });
    await().atMost(SOON).untilAsserted(() -> assertThat(asked).hasSizeGreaterThan(3));
  }

  @Test
  void silenceLongerThanTheWatchdogReconnects() throws Exception {
    run("backoff: 20ms, watchdog: 200ms", (n, response) -> response.write(event(n)));
    await().atMost(SOON).untilAsserted(() -> assertThat(asked).hasSizeGreaterThan(2));
    assertThat(asked.get(1)).endsWith("evt-1");
    Duration gap = Duration.ofNanos(times.get(1) - times.get(0));
    assertThat(gap).isGreaterThan(Duration.ofMillis(200));
  }

  @Test
  void e2PingsKeepTheWatchdogQuiet() throws Exception {
    AtomicInteger pings = new AtomicInteger();
    run(
        "backoff: 20ms, watchdog: 2s",
        (n, response) ->
            vertx.setPeriodic(
                100,
                id ->
                    response
                        .write(": still here\n")
                        .onSuccess(
                            sent -> {
                              if (pings.incrementAndGet() == 40) {
                                response.write(event(n));
                              }
                            })));
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(handler.handled).containsExactly("{\"n\":1}"));
    assertThat(Duration.ofNanos(System.nanoTime() - times.get(0)))
        .as("on one connection for longer than the watchdog waits")
        .isGreaterThan(Duration.ofSeconds(3));
    assertThat(asked).hasSize(1);
    assertThat(owner.opened).hasValue(1);
  }

  @Test
  void f12AnIdThatNoHeaderCanCarryNeverBecomesTheCursor() throws Exception {
    run(
        "backoff: 20ms",
        (n, response) -> {
          List<String> bad = List.of("\u0001", "caf\u00e9", "\u6f22", "9".repeat(2_000));
          if (n <= bad.size()) {
            response.write("id: " + bad.get(n - 1) + "\ndata: {}\n\n");
          } else {
            response.write(event(n));
          }
        });
    await().atMost(SOON).untilAsserted(() -> assertThat(handler.handled).isNotEmpty());
    assertThat(handler.handled).containsExactly("{\"n\":5}");
  }

  @Test
  void f12BytesThatNeverEndALineAreNoSignOfLife() throws Exception {
    run(
        "backoff: 20ms, watchdog: 500ms",
        (n, response) -> {
          response.write("data: ");
          vertx.setPeriodic(20, timer -> response.write("x"));
        });
    await().atMost(SOON).untilAsserted(() -> assertThat(asked).hasSizeGreaterThan(2));
    assertThat(handler.handled).isEmpty();
  }

  @Test
  void anEventThatWasNotHandledIsSentAgain() throws Exception {
    handler.failures.set(1);
    run(
        "backoff: 20ms",
        (n, response) -> {
          int from = owner.cursor == null ? 1 : Integer.parseInt(owner.cursor.substring(4)) + 1;
          StringBuilder events = new StringBuilder();
          for (int i = from; i <= 5; i++) {
            events.append(event(i));
          }
          response.write(events.toString());
        });
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(handler.handled).hasSizeGreaterThanOrEqualTo(5));
    assertThat(handler.handled)
        .containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":4}", "{\"n\":5}");
    assertThat(asked).hasSize(2);
  }

  @Test
  void aRefusalIsReportedAndTriedAgainWithANewToken() throws Exception {
    run(
        "backoff: 20ms",
        (n, response) -> {
          if (n == 1) {
            response.setStatusCode(401).end("{\"error\":{\"code\":\"AUTH_TOKEN_EXPIRED\"}}");
          } else {
            response.write(event(n));
          }
        });
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(handler.handled).containsExactly("{\"n\":2}"));
    assertThat(owner.refusals).containsExactly("401 {\"error\":{\"code\":\"AUTH_TOKEN_EXPIRED\"}}");
  }

  @Test
  void aResetConnectionIsTakenUpAgain() throws Exception {
    run(
        "backoff: 20ms",
        (n, response) -> response.write(event(n)).onSuccess(done -> response.reset()));
    await().atMost(SOON).untilAsserted(() -> assertThat(asked).hasSizeGreaterThan(3));
  }

  @Test
  void backOffVariesByItsJitterOnly() {
    double[] random = {0, 1, 0.5};
    int[] at = {0};
    BackOff backOff =
        new BackOff(List.of(Duration.ofSeconds(10)), 0.2, () -> random[at[0]++ % random.length]);
    assertThat(backOff.next()).isEqualTo(Duration.ofSeconds(8));
    assertThat(backOff.next()).isEqualTo(Duration.ofSeconds(12));
    assertThat(backOff.next()).isEqualTo(Duration.ofSeconds(10));
  }
}
