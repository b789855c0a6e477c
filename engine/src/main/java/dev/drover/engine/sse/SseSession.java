package dev.drover.engine.sse;

import dev.drover.engine.http.RetryAfter;
import dev.drover.engine.http.TlsFault;
import dev.drover.engine.stream.Durations;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** One connection of the SSE client, from the attempt to its end. */
final class SseSession {
  private static final int REFUSAL_LIMIT = 64 * 1024;

  /** Bytes of a line that is not complete and yet shows that somebody is speaking. */
  private static final int PROGRESS = 16 * 1024;

  private static final int LONGEST_ID = 1024;

  private final SseClientConsumer client;
  private final Vertx vertx;
  private final SseConfiguration configuration;
  private final SseParser parser;
  private final AtomicBoolean over = new AtomicBoolean();
  private final long watchdogNanos;
  private final long connectNanos;
  private volatile HttpClientRequest request;
  private volatile long openedAt;
  private volatile long heardAt = System.nanoTime();
  private volatile boolean busy;
  private volatile boolean failed;
  private volatile long watch = -1;
  private volatile Duration pause = Duration.ZERO;
  private long linesHeard;
  private int unheard;

  SseSession(SseClientConsumer client, Vertx vertx, SseConfiguration configuration) {
    this.client = client;
    this.vertx = vertx;
    this.configuration = configuration;
    this.parser = new SseParser(configuration.getMaxEventBytes());
    this.watchdogNanos = Durations.parse(configuration.getWatchdog()).toNanos();
    this.connectNanos = Durations.parse(configuration.getConnectTimeout()).toNanos();
  }

  void open(HttpClient http, Map<String, String> headers, Optional<String> cursor) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setAbsoluteURI(configuration.getTarget())
            .putHeader("Accept", "text/event-stream")
            .putHeader("Cache-Control", "no-store");
    headers.forEach(options::putHeader);
    cursor.ifPresent(id -> options.putHeader("Last-Event-ID", id));
    long period = Math.max(5, Math.min(watchdogNanos, connectNanos) / 4_000_000);
    watch = vertx.setPeriodic(period, id -> watch());
    http.request(options)
        .onFailure(e -> cut("cannot connect: " + reason(e)))
        .onSuccess(
            ready -> {
              request = ready;
              ready
                  .response()
                  .onSuccess(this::answered)
                  .onFailure(e -> cut("no answer: " + reason(e)));
              ready.end();
              if (over.get()) {
                ready.reset();
              }
            });
  }

  /** Ends the session, once; from any thread. */
  void cut(String reason) {
    if (!over.compareAndSet(false, true)) {
      return;
    }
    if (watch >= 0) {
      vertx.cancelTimer(watch);
    }
    HttpClientRequest open = request;
    if (open != null) {
      open.reset();
    }
    Duration lived = openedAt == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - openedAt);
    client.ended(reason, lived, Duration.ofMillis(parser.retryMillis().orElse(0)), pause);
  }

  /** What failed; with TLS its cause, which is what somebody can mend. */
  private static String reason(Throwable failure) {
    return TlsFault.of(failure).orElseGet(() -> String.valueOf(failure.getMessage()));
  }

  private void answered(HttpClientResponse response) {
    heardAt = System.nanoTime();
    String type = response.getHeader("Content-Type");
    response.exceptionHandler(e -> cut("connection lost: " + reason(e)));
    if (response.statusCode() != 200 || type == null || !type.startsWith("text/event-stream")) {
      refused(response);
      return;
    }
    openedAt = heardAt;
    client.opened();
    response.handler(chunk -> received(response, chunk));
    response.endHandler(end -> cut("the server ended the stream"));
  }

  private void refused(HttpClientResponse response) {
    pause =
        RetryAfter.read(
                response.getHeader("Retry-After"),
                Durations.parse(configuration.getLongestPause()),
                Clock.systemUTC())
            .orElse(Duration.ZERO);
    Buffer body = Buffer.buffer();
    response.handler(
        chunk -> {
          body.appendBuffer(chunk, 0, Math.min(chunk.length(), REFUSAL_LIMIT - body.length()));
          if (body.length() == REFUSAL_LIMIT) {
            // What says so much is no refusal that anybody reads to its end.
            refused(response, body);
          }
        });
    response.endHandler(end -> refused(response, body));
  }

  private void refused(HttpClientResponse response, Buffer body) {
    if (over.get()) {
      return;
    }
    String type = response.getHeader("Content-Type");
    client.refused(response.statusCode(), body.toString());
    cut(
        response.statusCode() == 200
            ? "status 200 with " + type + " instead of text/event-stream"
            : "status " + response.statusCode());
  }

  private void received(HttpClientResponse response, Buffer chunk) {
    List<SseEvent> events;
    try {
      events = parser.feed(chunk.getBytes());
      heard(chunk.length());
      events.forEach(SseSession::requireCursor);
    } catch (IllegalStateException e) {
      cut(e.getMessage());
      return;
    }
    if (events.isEmpty()) {
      return;
    }
    busy = true;
    response.pause();
    client.work(
        () -> {
          handle(events);
          heardAt = System.nanoTime();
          busy = false;
          response.resume();
        });
  }

  /** Bytes that drip in and never become a line are no sign of life. */
  private void heard(int bytes) {
    unheard += bytes;
    if (parser.lines() > linesHeard || unheard >= PROGRESS) {
      linesHeard = parser.lines();
      unheard = 0;
      heardAt = System.nanoTime();
    }
  }

  /**
   * An id is sent back as {@code Last-Event-ID}. One that no header can carry would keep the client
   * away for good once it is stored as the cursor.
   */
  private static void requireCursor(SseEvent event) {
    String id = event.id();
    if (id.length() > LONGEST_ID || !id.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalStateException(
          "the id of an event cannot be sent back as Last-Event-ID: "
              + id.substring(0, Math.min(id.length(), 40)).replaceAll("[^ -~]", "?"));
    }
  }

  /** On the worker: complete events are handled even when the stream ended behind them. */
  private void handle(List<SseEvent> events) {
    for (SseEvent event : events) {
      if (failed || !client.isRunAllowed()) {
        return;
      }
      if (!client.process(event)) {
        failed = true;
        cut("event " + event.id() + " was not handled");
      }
    }
  }

  private void watch() {
    long limit = openedAt == 0 ? connectNanos : watchdogNanos;
    if (!busy && System.nanoTime() - heardAt > limit) {
      cut("nothing received for " + Duration.ofNanos(limit));
    }
  }
}
