package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.Role;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.cache.Replacement;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators change the key of a mall that works. */
class RekeyMallTest {
  private static final String PATH = "/api/orchestrator/keys/rekey";

  @TempDir private Path data;

  @Test
  void everyRecordIsSealedAnewWhileTheMallWorks() throws Exception {
    int port = FreePort.pick();
    try (FakeCentral central = new FakeCentral(FreePort.pick());
        TestMall mall =
            new TestMall(data, central.url(), Map.of("drover.port", Integer.toString(port)))) {
      String operator = central.token(Role.OPERATOR, FakeCentral.ENTITY);
      URI uri = URI.create("http://127.0.0.1:" + port + PATH);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> send(uri, "GET", operator).statusCode() == 200);
      assertThat(send(uri, "POST", null).statusCode()).isEqualTo(401);
      assertThat(send(uri, "POST", central.token(Role.MOBILE, FakeCentral.ENTITY)).statusCode())
          .isEqualTo(403);
      assertThat(send(uri, "POST", central.token(Role.OPERATOR, "mall-b")).statusCode())
          .isEqualTo(403);
      JsonNode idle = json(send(uri, "GET", operator));
      assertThat(idle.path("state").asText()).isEqualTo("idle");

      EntityCache cache = mall.context.getBean(EntityCache.class);
      // No sync of the mall's own comes in between any more.
      await().atMost(Duration.ofSeconds(20)).until(() -> cache.state().verifiedAt() != null);
      try (Replacement all = cache.replace()) {
        for (int i = 0; i < 3000; i++) {
          all.add("areas", "id-" + i, "{\"n\":" + i + "}");
        }
        all.commit("1", null);
      }
      HttpResponse<String> accepted = send(uri, "POST", operator);
      assertThat(accepted.statusCode()).isEqualTo(202);
      assertThat(json(accepted).path("state").asText()).isEqualTo("running");
      assertThat(json(accepted).path("key_id")).isNotEqualTo(idle.path("key_id"));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> json(send(uri, "GET", operator)).path("state").asText().equals("done"));
      assertThat(json(send(uri, "GET", operator)).path("records_sealed").asInt())
          .isGreaterThan(3000);
      assertThat(data.resolve("keys/mall-store.key")).exists();
      try (var files = java.nio.file.Files.list(data.resolve("keys"))) {
        assertThat(files.filter(file -> file.toString().contains(".old-"))).isEmpty();
      }
      assertThat(cache.list("areas", "", 5000)).hasSize(3000);
      mall.context.getBean(MallStore.class).probe();
    }
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  private static HttpResponse<String> send(URI uri, String method, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody());
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
