package dev.drover.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * What a process says of itself at {@code /health}.
 *
 * @param code the HTTP status; -1 without an answer within two seconds
 * @param word {@code healthy}, {@code degraded} or {@code unhealthy}; empty when it does not say
 * @param problems what is wrong, a line each: check, cause, since when, remedy
 */
public record HealthAnswer(int code, String word, List<String> problems) {
  private static final int PATIENCE_MS = 2000;
  private static final int MOST_BYTES = 1 << 20;
  private static final HealthAnswer NONE = new HealthAnswer(-1, "", List.of());

  /** Asks the process. */
  public static HealthAnswer of(URI address) {
    try {
      HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
      connection.setConnectTimeout(PATIENCE_MS);
      connection.setReadTimeout(PATIENCE_MS);
      int code = connection.getResponseCode();
      InputStream body = code < 400 ? connection.getInputStream() : connection.getErrorStream();
      try (InputStream all = body == null ? InputStream.nullInputStream() : body) {
        return read(code, all.readNBytes(MOST_BYTES));
      }
    } catch (IOException e) {
      return NONE;
    }
  }

  private static HealthAnswer read(int code, byte[] body) {
    try {
      JsonNode answer = new ObjectMapper().readTree(body);
      List<String> problems = new ArrayList<>();
      for (JsonNode problem : answer.path("problems")) {
        problems.add(
            "%s since %s: %s; %s"
                .formatted(
                    problem.path("check").asText(),
                    problem.path("since").asText(),
                    problem.path("cause").asText(),
                    problem.path("remedy").asText()));
      }
      return new HealthAnswer(code, answer.path("status").asText(), problems);
    } catch (IOException e) {
      return new HealthAnswer(code, "", List.of());
    }
  }
}
