package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.engine.crypto.Role;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A real mall that nobody has announced waits, says so, and is in once an operator approves it. */
class MallApprovalTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @Test
  void aMallWaitsWithItsKeyInItsHealthUntilAnOperatorComparesAndApproves() {
    String entity = "approval-e2e";
    try (CentralProcess central =
            CentralProcess.alone("approval", Map.of("DROVER_REGISTRATION_TRUST", "approval"));
        OrchestratorProcess mall = OrchestratorProcess.of(central, entity)) {
      central.start();
      Api api = central.api();
      String operator = central.token(Role.OPERATOR, entity, "olga");
      String created = "{\"id\":\"" + entity + "\"}";
      assertThat(api.post("/api/entities", central.admin(), created).status()).isEqualTo(201);
      mall.launch();
      JsonNode waiting =
          Awaitility.await("it waits")
              .atMost(SOON)
              .ignoreExceptions()
              .until(() -> waiting(api, operator), JsonNode::isObject);
      String key = waiting.path("key_id").asText();
      Awaitility.await("the mall shows the key to compare")
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> health(mall).toString().contains("this mall's key is " + key));
      assertThat(health(mall).toString()).contains("./drover registrations list");
      String path = "/api/registrations/" + waiting.path("registration_id").asText();
      assertThat(api.post(path + "/approve", operator, "{}").status()).isEqualTo(200);
      Awaitility.await("the mall is in")
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> health(mall).path("status").asText().equals("healthy"));
      assertThat(waiting(api, operator).path("state").asText()).isEqualTo("approved");
      assertThat(mall.starts()).isEqualTo(1);
    }
  }

  private static JsonNode waiting(Api api, String operator) {
    return api.get("/api/registrations", operator).json().path("registrations").path(0);
  }

  private static JsonNode health(OrchestratorProcess mall) {
    return new Api(mall.url()).get("/health", null).json();
  }
}
