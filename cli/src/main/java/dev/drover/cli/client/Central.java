package dev.drover.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.drover.cli.words.CliException;
import dev.drover.cli.words.Words;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/** The REST interface of central, or of a mall, as one operator. */
public final class Central {
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final ObjectMapper json = new ObjectMapper();
  private final String name;
  private final URI address;
  private final String token;
  private int requests;
  private long bytes;

  /** Talks to central at this address with this token. */
  public Central(URI address, String token) {
    this("central", address, token);
  }

  /** Talks to a server that people call by this name. */
  public Central(String name, URI address, String token) {
    this.name = name;
    this.address = address;
    this.token = token;
  }

  /** Returns whether central answers a GET of the path with 200; 404 is false. */
  public boolean exists(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = send(request(path).GET().build());
    if (response.statusCode() == 404) {
      return false;
    }
    return accept("GET " + path, response) != null;
  }

  /** How many requests were answered. */
  public int requests() {
    return requests;
  }

  /** The bytes of the bodies of all answers. */
  public long bytes() {
    return bytes;
  }

  /**
   * Gets a JSON object or array.
   *
   * @throws CliException when it is refused or the server cannot be reached
   */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return accept("GET " + path, send(request(path).GET().build()));
  }

  /**
   * Posts a JSON document.
   *
   * @return the answer; an empty object when it has no JSON body
   * @throws CliException when central refuses it or cannot be reached
   */
  public JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .header("X-Idempotency-Key", UUID.randomUUID().toString())
            .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))
            .build();
    return accept("POST " + path, send(request));
  }

  /**
   * An answer that may be a refusal.
   *
   * @param body an empty object when there is no JSON
   */
  public record Answer(int status, JsonNode body) {}

  /**
   * Puts a text in place of the one with this hash.
   *
   * @param hash empty when there is none yet
   * @throws CliException when the server cannot be reached
   */
  public Answer put(String path, String text, String hash)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/yaml")
            .PUT(HttpRequest.BodyPublishers.ofString(text));
    if (hash.isEmpty()) {
      request.header("If-None-Match", "*");
    } else {
      request.header("If-Match", "\"" + hash + "\"");
    }
    return answer(send(request.build()));
  }

  /** Posts a JSON document; a refusal is an answer. */
  public Answer ask(String path, JsonNode body) throws IOException, InterruptedException {
    return answer(
        send(
            request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))
                .build()));
  }

  private Answer answer(HttpResponse<String> response) throws IOException {
    String body = response.body().strip();
    return new Answer(
        response.statusCode(),
        body.startsWith("{") ? json.readTree(body) : json.createObjectNode());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + token)
        .header("Accept", "application/json");
  }

  private HttpResponse<String> send(HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      requests++;
      bytes += response.body().getBytes(StandardCharsets.UTF_8).length;
      return response;
    } catch (IOException e) {
      throw new CliException(
          "cannot reach "
              + name
              + " at "
              + address
              + " ("
              + Words.of(e)
              + "); is it running? See ./drover status");
    }
  }

  private JsonNode accept(String what, HttpResponse<String> response) throws IOException {
    if (response.statusCode() / 100 != 2) {
      throw new CliException(
          what + " was answered " + response.statusCode() + ": " + response.body().strip());
    }
    String body = response.body().strip();
    return body.startsWith("{") || body.startsWith("[")
        ? json.readTree(body)
        : json.createObjectNode();
  }
}
