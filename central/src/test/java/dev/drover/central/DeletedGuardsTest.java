package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.drover.central.entity.EntityStore;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.proto.EditedFlows;
import dev.drover.proto.grpc.navign.EventsRequest;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc.OrchestratorSyncBlockingStub;
import dev.drover.proto.grpc.navign.SyncFullRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator has deleted {@code authorise} from every flow of central (cases C9 and D13), so that
 * whoever has any token is known to the flow. No operation that the contract secures answers, by
 * whatever door.
 */
class DeletedGuardsTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  /** What somebody may write who knows what the next steps read. */
  private static final String OWN_WAY =
      """
      - setProperty:
          name: DroverEntity
          simple: "${header.entity_id}"
      """;

  @TempDir Path data;
  @TempDir Path flows;

  private static boolean isGuard(String step) {
    return step.strip().startsWith("- to:") && step.contains("uri: kamelet:authorise-action");
  }

  @Test
  void c9WithoutAuthoriseNoSecuredOperationAnswers() throws Exception {
    String pattern =
        new EditedFlows(HOME, flows, List.of("shared", "central"))
            .instead("sync-full-read", "authorise", OWN_WAY)
            .delete(DeletedGuardsTest::isGuard)
            .delete("registration-orchestrator-register", "refuse-revoked")
            .pattern();
    try (TestCentral central =
        new TestCentral(data, "--camel.main.routes-include-pattern=" + pattern)) {
      nothingIsAnsweredOverHttp(central);
      nothingIsAnsweredOverGrpc(central);
      CompletionException refused =
          catchThrowableOfType(
              CompletionException.class, () -> new FrameClient(central, central.admin()));
      assertThat(refused).hasStackTraceContaining("500");
      TestCentral.Answer stream = central.get("/api/orchestrators/events", central.admin());
      assertThat(stream.status()).as(stream.body()).isEqualTo(500);
      TestCentral.Answer registered = central.new Mall("proven-by-nobody").register();
      assertThat(registered.status()).as(registered.body()).isEqualTo(500);
      assertThat(registered.body()).doesNotContain("token");
      JsonNode health = central.get("/health", null).json();
      assertThat(health.at("/checks/contract").asText()).isEqualTo("degraded");
      assertThat(health.path("problems").toString()).contains("05-entity-data.camel.yaml");
    }
  }

  @Test
  void whoWaitsForApprovalGetsNoTokenWhenTheFlowGoesOn() throws Exception {
    String pattern =
        new EditedFlows(HOME, flows, List.of("shared", "central"))
            .delete("registration-orchestrator-register", "end-waiting")
            .pattern();
    try (TestCentral central =
        new TestCentral(
            data,
            "--camel.main.routes-include-pattern=" + pattern,
            "--drover.registration.trust=approval")) {
      TestCentral.Answer registered = central.new Mall("approved-by-nobody").register();
      assertThat(registered.status()).as(registered.body()).isEqualTo(500);
      assertThat(registered.body()).doesNotContain("token");
      assertThat(central.get("/api/orchestrators", central.admin()).body())
          .doesNotContain("approved-by-nobody");
    }
  }

  private static void nothingIsAnsweredOverHttp(TestCentral central) throws IOException {
    List<String> answered = new ArrayList<>();
    int asked = 0;
    for (Map.Entry<String, JsonNode> path : contract().path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        boolean open = method.getValue().has("security");
        if (!Set.of("get", "post", "put", "delete").contains(method.getKey()) || open) {
          continue;
        }
        asked++;
        String concrete =
            path.getKey().replace("{collection}", "areas").replaceAll("\\{[a-z_]+\\}", "x");
        String body = method.getValue().has("requestBody") ? "{\"id\":\"x\"}" : null;
        TestCentral.Answer answer =
            central.send(
                method.getKey().toUpperCase(Locale.ROOT),
                concrete,
                central.admin(),
                body,
                Map.of());
        boolean refused =
            answer.status() >= 400 && answer.status() != 404 && answer.status() != 409;
        if (!refused || answer.json().at("/error/code").isMissingNode()) {
          answered.add(
              method.getValue().path("operationId").asText()
                  + " "
                  + answer.status()
                  + " "
                  + answer.body());
        }
      }
    }
    assertThat(answered).isEmpty();
    assertThat(asked).isGreaterThan(35);
    TestCentral.Answer listed = central.get("/api/entities", central.admin());
    assertThat(listed.status()).as(listed.body()).isEqualTo(500);
  }

  private static void nothingIsAnsweredOverGrpc(TestCentral central) {
    central.bean(EntityStore.class).create("sealed", "{\"id\":\"sealed\"}");
    TestCentral.Answer data =
        central.get("/api/orchestrators/sync/full?entity_id=sealed", central.admin());
    assertThat(data.status()).as(data.body()).isEqualTo(500);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", central.bean(GrpcPort.class).port())
            .usePlaintext()
            .build();
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + central.admin());
    OrchestratorSyncBlockingStub stub =
        OrchestratorSyncGrpc.newBlockingStub(channel)
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    heldBack(() -> stub.syncFull(SyncFullRequest.newBuilder().setEntityId("sealed").build()));
    heldBack(() -> stub.streamEvents(EventsRequest.getDefaultInstance()).hasNext());
    channel.shutdownNow();
  }

  private static void heldBack(ThrowingCallable call) {
    StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(refused).hasMessageContaining("withheld");
  }

  private static JsonNode contract() throws IOException {
    return new ObjectMapper(new YAMLFactory())
        .readTree(HOME.resolve("proto/openapi/central.yaml").toFile());
  }
}
