package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Large imports at central with its shipped heap. */
class ImportsTest {
  private static final int AREAS = 950;
  private static final int POINTS = 340;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** 7.7 MB of numbers. */
  private static String polygons() {
    String polygon = "[30.3700012,60.0000034],".repeat(POINTS) + "[30.3700012,60.0000034]";
    List<String> areas = new ArrayList<>();
    for (int i = 0; i < AREAS; i++) {
      areas.add("{\"id\":\"area-" + i + "\",\"polygon\":[" + polygon + "]}");
    }
    return "{\"areas\":[" + String.join(",", areas) + "]}";
  }

  /** Imports, and tries again for as long as central has no room. */
  private static Api.Answer load(CentralProcess central, String entity, String body) {
    AtomicReference<Api.Answer> last = new AtomicReference<>();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              Api.Answer answer =
                  central.api().post("/api/entities/" + entity + "/import", central.admin(), body);
              last.set(answer);
              if (answer.status() == 503) {
                assertThat(answer.code()).isEqualTo("SERVICE_BUSY");
                assertThat(answer.header("Retry-After")).isNotBlank();
              }
              return answer.status() != 503;
            });
    return last.get();
  }

  @Test
  void a4ThreeLargeImportsAtOnceAreServedWhileHealthAnswers() {
    String body = polygons();
    assertThat(body.length()).isBetween(7_700_000, 8_388_608);
    try (CentralProcess central = CentralProcess.alone("imports", Map.of())) {
      central.start();
      List<CompletableFuture<Api.Answer>> imports = new ArrayList<>();
      for (String entity : List.of("one", "two", "three")) {
        central.api().post("/api/entities", central.admin(), "{\"id\":\"" + entity + "\"}");
        imports.add(CompletableFuture.supplyAsync(() -> load(central, entity, body)));
      }
      CompletableFuture<?> all = CompletableFuture.allOf(imports.toArray(CompletableFuture[]::new));
      while (!all.isDone()) {
        central.awaitHealth(Duration.ofSeconds(5));
      }
      for (CompletableFuture<Api.Answer> each : imports) {
        Api.Answer answer = each.join();
        assertThat(answer.status()).as(answer::toString).isEqualTo(200);
        assertThat(answer.json().path("imported").asInt()).isEqualTo(AREAS);
      }
    }
  }
}
