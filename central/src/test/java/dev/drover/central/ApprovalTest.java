package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc;
import dev.drover.proto.grpc.navign.RegisterRequest;
import dev.drover.proto.grpc.navign.RegisterResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code registration.trust=approval} a key that nobody knows waits for an operator. */
class ApprovalTest {
  private static final String REGISTRATIONS = "/api/registrations";

  @TempDir static Path data;
  private static TestCentral central;
  private static int grpc;

  @BeforeAll
  static void start() {
    grpc = FreePort.pick();
    central =
        new TestCentral(data, "--drover.registration.trust=approval", "--drover.grpc.port=" + grpc);
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  private static TestCentral.Mall mall() {
    String entity = "approval-" + UUID.randomUUID();
    String body = "{\"id\":\"" + entity + "\"}";
    assertThat(central.post("/api/entities", central.admin(), body).status()).isEqualTo(201);
    return central.new Mall(entity);
  }

  /** Asks, and returns the id under which it waits. */
  private static String waits(TestCentral.Mall mall) {
    TestCentral.Answer answer = mall.register();
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    assertThat(answer.json().path("status").asText()).isEqualTo("pending");
    assertThat(answer.json().has("token")).isFalse();
    assertThat(answer.headers().firstValue("Retry-After")).contains("10");
    assertThat(answer.json().path("key_id").asText()).isEqualTo(keyId(mall));
    return answer.json().path("registration_id").asText();
  }

  private static String keyId(TestCentral.Mall mall) {
    return PublicKeys.fingerprint((ECPublicKey) mall.key.getPublic());
  }

  private static TestCentral.Answer decide(String id, String decision, String token) {
    return central.send("POST", REGISTRATIONS + "/" + id + "/" + decision, token, null, Map.of());
  }

  private static void assertRefused(TestCentral.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  @Test
  void itWaitsUntilItsOperatorApprovesItAndIsInForGood() {
    TestCentral.Mall mall = mall();
    String operator = central.token(Role.OPERATOR, mall.entity);
    String id = waits(mall);
    assertThat(waits(mall)).as("asked again: the same one").isEqualTo(id);
    JsonNode listed = central.get(REGISTRATIONS, operator).json().path("registrations");
    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).path("registration_id").asText()).isEqualTo(id);
    assertThat(listed.get(0).path("state").asText()).isEqualTo("pending");
    assertThat(listed.get(0).path("key_id").asText()).isEqualTo(keyId(mall));
    assertThat(central.get("/api/orchestrators", operator).json()).as("nothing pinned").isEmpty();
    TestCentral.Answer approved = decide(id, "approve", operator);
    assertThat(approved.status()).as(approved.body()).isEqualTo(200);
    assertThat(approved.json().path("state").asText()).isEqualTo("approved");
    assertThat(decide(id, "approve", operator).status()).as("twice").isEqualTo(200);
    assertRefused(decide(id, "reject", operator), 409, "ALREADY_EXISTS");
    assertThat(mall.register().status()).isEqualTo(200);
    assertThat(mall.heartbeat("").status()).isEqualTo(200);
    assertThat(mall.register().status()).as("known from now on").isEqualTo(200);
    assertThat(audited(mall)).containsOnly("registration_approved");
  }

  private static List<String> audited(TestCentral.Mall mall) {
    return central
        .bean(MongoDatabase.class)
        .getCollection("audit")
        .find(new Document("target", mall.entity + "/orch-001#" + keyId(mall)))
        .map(entry -> entry.getString("action"))
        .into(new ArrayList<>());
  }

  @Test
  void aRejectedOneIsRefusedAndWhoAsksFirstDoesNotHaveTheId() {
    TestCentral.Mall thief = mall();
    TestCentral.Mall owner = central.new Mall(thief.entity);
    String operator = central.token(Role.OPERATOR, thief.entity);
    String first = waits(thief);
    String second = waits(owner);
    assertThat(second).isNotEqualTo(first);
    assertThat(decide(first, "reject", operator).json().path("state").asText())
        .isEqualTo("rejected");
    assertRefused(thief.register(), 403, "FORBIDDEN");
    assertThat(decide(second, "approve", operator).status()).isEqualTo(200);
    assertThat(owner.register().status()).isEqualTo(200);
    assertRefused(decide(first, "approve", operator), 409, "ALREADY_EXISTS");
    assertRefused(thief.register(), 401, "AUTH_INVALID_SIGNATURE");
    assertThat(owner.heartbeat("").status()).isEqualTo(200);
  }

  @Test
  void onlyAnOperatorOfTheEntityDecides() {
    TestCentral.Mall mall = mall();
    String id = waits(mall);
    String stranger = central.token(Role.OPERATOR, "another-" + mall.entity);
    String itself = central.token(Role.ORCHESTRATOR, mall.entity);
    for (String decision : List.of("approve", "reject")) {
      assertRefused(decide(id, decision, null), 401, "AUTH_TOKEN_MISSING");
      assertRefused(decide(id, decision, itself), 403, "FORBIDDEN");
      assertRefused(decide(id, decision, stranger), 404, "NOT_FOUND");
      assertRefused(decide("no-such-one", decision, central.admin()), 404, "NOT_FOUND");
    }
    assertThat(central.get(REGISTRATIONS, stranger).json().path("registrations")).isEmpty();
    assertRefused(central.get(REGISTRATIONS, itself), 403, "FORBIDDEN");
    assertThat(waits(mall)).as("nothing changed").isEqualTo(id);
    assertThat(decide(id, "approve", central.admin()).status()).isEqualTo(200);
  }

  @Test
  void anEntityThatIsNotThereAnswersTheSameAndIsNotMadeByAsking() {
    TestCentral.Mall mall = central.new Mall("unknown-" + UUID.randomUUID());
    String id = waits(mall);
    assertRefused(decide(id, "approve", central.admin()), 404, "ENTITY_NOT_FOUND");
    String body = "{\"id\":\"" + mall.entity + "\"}";
    assertThat(central.post("/api/entities", central.admin(), body).status()).isEqualTo(201);
    assertThat(decide(id, "approve", central.admin()).status()).isEqualTo(200);
    assertThat(mall.register().status()).isEqualTo(200);
  }

  @Test
  void aForgottenKeyWaitsAgain() {
    TestCentral.Mall mall = mall();
    String operator = central.token(Role.OPERATOR, mall.entity);
    decide(waits(mall), "approve", operator);
    assertThat(mall.register().status()).isEqualTo(200);
    String path = "/api/orchestrators/orch-001/";
    String stolen = "{\"reason\":\"stolen\",\"forget_key\":true}";
    assertThat(central.post(path + "revoke", operator, stolen).status()).isEqualTo(200);
    assertThat(central.send("POST", path + "restore", operator, null, Map.of()).status())
        .isEqualTo(200);
    TestCentral.Mall replaced = central.new Mall(mall.entity);
    decide(waits(replaced), "approve", operator);
    assertThat(replaced.register().status()).isEqualTo(200);
    assertRefused(mall.register(), 401, "AUTH_INVALID_SIGNATURE");
  }

  @Test
  void soManyWaitAndNoMoreAndWhatNobodyRepeatsIsForgotten() {
    TestCentral.Mall mall = mall();
    for (int i = 0; i < 20; i++) {
      waits(central.new Mall(mall.entity));
    }
    TestCentral.Answer full = mall.register();
    assertRefused(full, 429, "RATE_LIMIT_EXCEEDED");
    assertThat(full.headers().firstValue("Retry-After")).contains("600");
    Date before = Date.from(Instant.now().minus(Duration.ofHours(25)));
    central
        .bean(MongoDatabase.class)
        .getCollection("registration_requests")
        .updateMany(Filters.eq("entity_id", mall.entity), Updates.set("asked_at", before));
    waits(mall);
    String operator = central.token(Role.OPERATOR, mall.entity);
    assertThat(central.get(REGISTRATIONS, operator).json().path("registrations")).hasSize(1);
  }

  @Test
  void anOldRecordingDoesNotWait() {
    TestCentral.Mall mall = mall();
    TestCentral.Answer old =
        mall.register(
            mall.registration()
                .put("timestamp", Instant.now().minus(Duration.ofMinutes(6)).toString()));
    assertRefused(old, 401, "AUTH_INVALID_SIGNATURE");
    String operator = central.token(Role.OPERATOR, mall.entity);
    assertThat(central.get(REGISTRATIONS, operator).json().path("registrations")).isEmpty();
  }

  @Test
  void overGrpcItIsUnavailableUntilItIsApproved() {
    TestCentral.Mall mall = mall();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", grpc).usePlaintext().build();
    try {
      assertThatThrownBy(() -> overGrpc(channel, mall))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(e.getStatus().getDescription()).contains("not decided yet");
              });
      decide(waits(mall), "approve", central.admin());
      assertThat(overGrpc(channel, mall).getToken()).isNotEmpty();
    } finally {
      channel.shutdownNow();
    }
  }

  private static RegisterResponse overGrpc(ManagedChannel channel, TestCentral.Mall mall) {
    String pem = PublicKeys.toPem((ECPublicKey) mall.key.getPublic());
    RegisterRequest message =
        RegisterRequest.newBuilder()
            .setEntityId(mall.entity)
            .setOrchestratorId("orch-001")
            .setVersion("0.1.0")
            .addCapabilities("task_assignment")
            .setPublicKey(pem)
            .setHeartbeatInterval(60)
            .setLocalAddress("http://mall.local")
            .build();
    String canonical =
        "{\"capabilities\":[\"task_assignment\"],\"entity_id\":\"%s\",\"heartbeat_interval\":60,"
            + "\"local_address\":\"http://mall.local\",\"orchestrator_id\":\"orch-001\","
            + "\"public_key\":\"%s\",\"version\":\"0.1.0\"}";
    Metadata signed = new Metadata();
    signed.put(
        Metadata.Key.of("x-signature", Metadata.ASCII_STRING_MARSHALLER),
        mall.sign(canonical.formatted(mall.entity, pem.replace("\n", "\\n"))));
    return OrchestratorSyncGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(signed))
        .register(message);
  }
}
