package dev.drover.cli.client;

import dev.drover.cli.CliException;
import dev.drover.cli.Words;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reads an event stream for ever: after every end it continues where it was. */
public final class EventTail {
  private static final long FIRST_WAIT_MS = 1_000;
  private static final long LONGEST_WAIT_MS = 10_000;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final URI address;
  private final String entity;
  private final Supplier<String> token;
  private final PrintWriter notes;

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
    String cursor = from == null ? "" : from;
    long wait = FIRST_WAIT_MS;
    String told = null;
    while (!Thread.currentThread().isInterrupted()) {
      SseParser parser = new SseParser(cursor);
      String reason;
      try {
        reason = read(parser, events);
        wait = FIRST_WAIT_MS;
        told = null;
      } catch (IOException e) {
        reason = Words.of(e);
      }
      cursor = parser.lastId();
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

  private String read(SseParser parser, Consumer<SseEvent> events)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Authorization", "Bearer " + token.get())
            .header("Accept", "text/event-stream")
            .header("X-Entity-ID", entity);
    if (!parser.lastId().isEmpty()) {
      request.header("Last-Event-ID", parser.lastId());
    }
    HttpResponse<InputStream> response =
        http.send(request.GET().build(), HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      int status = response.statusCode();
      if (status != 200) {
        String body = lines.lines().limit(20).reduce("", String::concat);
        if (status / 100 == 4 && status != 408 && status != 429) {
          throw new CliException("central refused the stream: " + status + " " + body);
        }
        throw new IOException("answered " + status + " " + body);
      }
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        parser.line(line).ifPresent(events);
      }
      return "end of stream";
    }
  }
}
