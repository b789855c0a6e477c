package dev.drover.e2e.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** An event stream over SSE, read by a thread of its own until it ends. */
public final class Stream implements AutoCloseable {
  /** One event of a stream; {@code at} is when it was read, in nanoseconds of this JVM. */
  public record Event(String id, String type, String data, long at) {
    /** Its data as JSON. */
    public JsonNode json() {
      try {
        return Api.JSON.readTree(data);
      } catch (IOException e) {
        throw new UncheckedIOException("data is not JSON: " + data, e);
      }
    }

    /** The changed ids of a data_update, over all collections. */
    public List<String> changedIds() {
      List<String> ids = new ArrayList<>();
      json().path("changes").forEach(list -> list.forEach(id -> ids.add(id.asText())));
      return ids;
    }
  }

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final HttpResponse<InputStream> response;
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private volatile String end;

  private Stream(HttpResponse<InputStream> response) {
    this.response = response;
  }

  /**
   * Opens a stream; it must be granted.
   *
   * @param cursor sent as Last-Event-ID, or null
   */
  public static Stream open(String base, String token, String cursor) {
    return open(base + "/api/orchestrators/events", token, cursor, Map.of());
  }

  /** Opens the stream at this URL with further headers. */
  public static Stream open(String url, String token, String cursor, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Authorization", "Bearer " + token)
            .header("Accept", "text/event-stream");
    headers.forEach(request::header);
    if (cursor != null) {
      request.header("Last-Event-ID", cursor);
    }
    try {
      HttpResponse<InputStream> response =
          CLIENT
              .sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream())
              .get(60, TimeUnit.SECONDS);
      if (response.statusCode() != 200) {
        response.body().close();
        throw new IOException("the stream was refused with " + response.statusCode());
      }
      Stream stream = new Stream(response);
      Thread reader = new Thread(stream::read, "stream-reader");
      reader.setDaemon(true);
      reader.start();
      return stream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new UncheckedIOException(new IOException("no stream at " + url, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void read() {
    try (InputStream in = response.body();
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      String id = null;
      String type = null;
      StringBuilder data = new StringBuilder();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
        if (line.isEmpty()) {
          if (type != null) {
            events.add(new Event(id, type, data.toString(), System.nanoTime()));
          }
          id = null;
          type = null;
          data.setLength(0);
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          type = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data.append(line.substring(6));
        }
      }
      end = "end of stream";
    } catch (IOException | RuntimeException e) {
      end = "error: " + e;
    }
  }

  /** What was read so far. */
  public List<Event> events() {
    return List.copyOf(events);
  }

  /** The events that are not control events of the connection. */
  public List<Event> real() {
    return events.stream().filter(event -> event.type().equals("data_update")).toList();
  }

  /** The raw lines read so far. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** How it ended, or null while it is open. */
  public String end() {
    return end;
  }

  /** The response's headers. */
  public String header(String name) {
    return response.headers().firstValue(name).orElse(null);
  }

  /** Waits for an event. */
  public Event await(String what, Predicate<Event> wanted) {
    return Awaitility.await(what)
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> events.stream().filter(wanted).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  /** Waits for the first event of a type. */
  public Event await(String type) {
    return await("an event " + type, event -> event.type().equals(type));
  }

  /** Waits until the data_updates told of this id. */
  public Event awaitChange(String id) {
    return await(
        "a data_update with " + id,
        event -> event.type().equals("data_update") && event.changedIds().contains(id));
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException e) {
      end = "closed";
    }
  }
}
