package dev.drover.e2e.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A small REST client on the JDK's, for the tests' own requests. */
public final class Api {
  /** JSON of the tests. */
  public static final ObjectMapper JSON = new ObjectMapper();

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final String base;

  /** A client of the server at this URL. */
  public Api(String base) {
    this.base = base;
  }

  /** What a server answered. */
  public record Answer(int status, java.net.http.HttpHeaders headers, String body) {
    /** The body as JSON. */
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException("not JSON: " + body, e);
      }
    }

    /** The code of an error answer, empty when it is none. */
    public String code() {
      return json().path("error").path("code").asText();
    }

    /** A header's first value, or null. */
    public String header(String name) {
      return headers.firstValue(name).orElse(null);
    }

    @Override
    public String toString() {
      return status + " " + body;
    }
  }

  /** One request being made. */
  public final class Call {
    private final String method;
    private final String path;
    private final List<String> headers = new ArrayList<>();
    private byte[] body;

    private Call(String method, String path) {
      this.method = method;
      this.path = path;
    }

    /** Adds a header. */
    public Call header(String name, String value) {
      headers.add(name);
      headers.add(value);
      return this;
    }

    /** Adds a bearer token, or nothing for null. */
    public Call token(String token) {
      return token == null ? this : header("Authorization", "Bearer " + token);
    }

    /** Sends JSON text. */
    public Call json(String text) {
      body = text.getBytes(StandardCharsets.UTF_8);
      return header("Content-Type", "application/json");
    }

    /** Sends bytes without a content type. */
    public Call bytes(byte[] bytes) {
      body = bytes;
      return this;
    }

    /** The request for the JDK's client. */
    public HttpRequest request() {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(base + path))
              .timeout(Duration.ofSeconds(20))
              .method(
                  method,
                  body == null
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofByteArray(body));
      if (!headers.isEmpty()) {
        request.headers(headers.toArray(String[]::new));
      }
      return request.build();
    }

    /** Sends it; a broken connection is an exception. */
    public Answer send() {
      try {
        return trySend();
      } catch (IOException e) {
        throw new UncheckedIOException(method + " " + path, e);
      }
    }

    /** Sends it. */
    public Answer trySend() throws IOException {
      try {
        HttpResponse<String> response =
            CLIENT.send(request(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.headers(), response.body());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  /** A request to be filled. */
  public Call call(String method, String path) {
    return new Call(method, path);
  }

  /** A GET with a token. */
  public Answer get(String path, String token) {
    return call("GET", path).token(token).send();
  }

  /** A POST of JSON with a token. */
  public Answer post(String path, String token, String json) {
    return call("POST", path).token(token).json(json).send();
  }

  /** A PUT of JSON with a token. */
  public Answer put(String path, String token, String json) {
    return call("PUT", path).token(token).json(json).send();
  }
}
