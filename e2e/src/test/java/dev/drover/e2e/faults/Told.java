package dev.drover.e2e.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import java.time.Duration;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** What a process tells of itself in {@code /health}. */
final class Told {
  private Told() {}

  /** Waits until the answer is as wanted; a process that does not answer is asked again. */
  static JsonNode await(String what, Api api, Duration patience, Predicate<JsonNode> wanted) {
    return Awaitility.await(what)
        .atMost(patience)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> api.get("/health", null).json(), wanted);
  }

  /** Waits until a check is anything but healthy, with a cause, a time and a remedy. */
  static JsonNode awaitProblem(Api api, String check, Duration patience) {
    JsonNode health =
        await(
            check + " is not healthy",
            api,
            patience,
            answer ->
                !answer.path("checks").path(check).asText("healthy").equals("healthy")
                    && problem(answer, check) != null);
    return problem(health, check);
  }

  static void awaitHealthy(Api api, Duration patience) {
    await("healthy", api, patience, answer -> answer.path("status").asText().equals("healthy"));
  }

  private static JsonNode problem(JsonNode health, String check) {
    for (JsonNode problem : health.path("problems")) {
      if (problem.path("check").asText().equals(check)
          && !problem.path("cause").asText().isBlank()
          && !problem.path("since").asText().isBlank()
          && !problem.path("remedy").asText().isBlank()) {
        return problem;
      }
    }
    return null;
  }
}
