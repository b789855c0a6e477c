package dev.drover.cli.client;

import dev.drover.cli.words.CliException;
import dev.drover.cli.words.Words;
import dev.drover.engine.sse.SseEvent;
import dev.drover.engine.sse.SseParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reads an event stream for ever: after every end it continues where it was. */
public final class EventTail {
  private static final long FIRST_WAIT_MS = 1_000;
  private static final long LONGEST_WAIT_MS = 10_000;
  private static final int ROOM = 16_384;
  private static final int REFUSAL = 4_096;
  private static final int LARGEST_EVENT = 64_000_000;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final URI address;
  private final String entity;
  private final Supplier<String> token;
  private final PrintWriter notes;
  private String cursor = "";
  private boolean known;

  /**
   * Prepares a stream.
   *
   * @param token asked before each connection, since a token ends
   * @param notes told of every end and its reason
   */
  public EventTail(URI address, String entity, Supplier<String> token, PrintWriter notes) {
    this.address = address;
    this.entity = entity;
    this.token = token;
    this.notes = notes;
  }

  /**
   * Hands over events until the thread is interrupted.
   *
   * @param from cursor to begin after; null for what comes now
   * @throws CliException when central refuses the stream for a reason that waiting does not cure
   */
  public void run(String from, Consumer<SseEvent> events) throws InterruptedException {
    cursor = from == null ? "" : from;
    long wait = FIRST_WAIT_MS;
    String told = null;
    while (!Thread.currentThread().isInterrupted()) {
      String reason;
      try {
        reason = read(events);
        wait = FIRST_WAIT_MS;
        told = null;
      } catch (IOException e) {
        reason = Words.of(e);
      }
      // the same reason again and again is said once
      if (!reason.equals(told)) {
        notes.println(
            "The stream ended (" + reason + "); connecting to " + address + " until it is there");
        notes.flush();
        told = reason;
      }
      TimeUnit.MILLISECONDS.sleep(wait);
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    }
  }

  /** A stream of an entity that is not there would be open, and silent for ever. */
  private void requireEntity() throws IOException, InterruptedException {
    String id = URLEncoder.encode(entity, StandardCharsets.UTF_8).replace("+", "%20");
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve("/api/entities/" + id))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + token.get())
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() == 404 && response.body().contains("ENTITY_NOT_FOUND")) {
      throw new CliException(
          "central knows no entity " + entity + "; create it with ./drover entity import");
    }
    known = true;
  }

  private String read(Consumer<SseEvent> events) throws IOException, InterruptedException {
    if (!known) {
      requireEntity();
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Authorization", "Bearer " + token.get())
            .header("Accept", "text/event-stream")
            .header("X-Entity-ID", entity);
    if (!cursor.isEmpty()) {
      request.header("Last-Event-ID", cursor);
    }
    HttpResponse<InputStream> response =
        http.send(request.GET().build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream stream = response.body()) {
      int status = response.statusCode();
      if (status != 200) {
        String body = new String(stream.readNBytes(REFUSAL), StandardCharsets.UTF_8);
        if (status / 100 == 4 && status != 408 && status != 429) {
          throw new CliException("central refused the stream: " + status + " " + body);
        }
        throw new IOException("answered " + status + " " + body);
      }
      SseParser parser = new SseParser(LARGEST_EVENT);
      byte[] room = new byte[ROOM];
      for (int read = stream.read(room); read >= 0; read = stream.read(room)) {
        for (SseEvent event : feed(parser, Arrays.copyOf(room, read))) {
          // an event without an id leaves the cursor where it is
          cursor = event.id().isEmpty() ? cursor : event.id();
          events.accept(new SseEvent(cursor, event.type(), event.data()));
        }
      }
      return "end of stream";
    }
  }

  private static List<SseEvent> feed(SseParser parser, byte[] bytes) throws IOException {
    try {
      return parser.feed(bytes);
    } catch (IllegalStateException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
