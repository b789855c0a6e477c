package dev.drover.engine.grpc;

import static dev.drover.engine.grpc.GrpcServer.code;
import static dev.drover.engine.grpc.GrpcServer.metadata;
import static dev.drover.engine.grpc.GrpcServer.trailer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.grpc.navign.ChangeOperation;
import dev.drover.proto.grpc.navign.CommandType;
import dev.drover.proto.grpc.navign.ErrorResponse;
import dev.drover.proto.grpc.navign.FirmwareQuery;
import dev.drover.proto.grpc.navign.HeartbeatRequest;
import dev.drover.proto.grpc.navign.HeartbeatResponse;
import dev.drover.proto.grpc.navign.OrchestratorMetrics;
import dev.drover.proto.grpc.navign.OrchestratorStatus;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc.OrchestratorSyncBlockingStub;
import dev.drover.proto.grpc.navign.RegisterRequest;
import dev.drover.proto.grpc.navign.SyncDeltaRequest;
import dev.drover.proto.grpc.navign.SyncDeltaResponse;
import dev.drover.proto.grpc.navign.SyncFullRequest;
import dev.drover.proto.grpc.navign.SyncFullResponse;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call becomes an exchange of the REST operation's shape, and its answer a message. */
class GrpcCallTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String ROUTES =
      """
      - route:
          id: register
          from:
            uri: grpc-call:navign.orchestrator.sync.OrchestratorSync/Register
            steps:
              - bean: {ref: operation, method: run}
      - route:
          id: heartbeat
          from:
            uri: grpc-call:navign.orchestrator.sync.OrchestratorSync/Heartbeat
            steps:
              - bean: {ref: operation, method: run}
      - route:
          id: full
          from:
            uri: grpc-call:navign.orchestrator.sync.OrchestratorSync/SyncFull
            parameters: {request: query, maxAnswerBytes: 2000}
            steps:
              - bean: {ref: operation, method: run}
      - route:
          id: delta
          from:
            uri: grpc-call:navign.orchestrator.sync.OrchestratorSync/SyncDelta
            parameters: {request: query}
            steps:
              - bean: {ref: operation, method: run}
      """;

  /** The operation behind the routes: remembers what it was asked, and answers. */
  public static final class Operation {
    private volatile Map<String, Object> headers = Map.of();
    private volatile String body;
    private volatile Processor answer = exchange -> exchange.getMessage().setBody("{}");

    /** Called by the routes. */
    public void run(Exchange exchange) throws Exception {
      headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      headers.putAll(exchange.getMessage().getHeaders());
      body = exchange.getMessage().getBody(String.class);
      answer.process(exchange);
    }

    void answers(String json) {
      answer =
          exchange ->
              exchange
                  .getMessage()
                  .setBody(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    void refuses(ErrorCode code, Map<String, Object> details) {
      answer =
          exchange -> {
            throw new ProtocolException(code, "no: " + code, details);
          };
    }
  }

  private final Operation operation = new Operation();
  private GrpcServer server;

  @BeforeEach
  void start() throws Exception {
    server = new GrpcServer(null, Map.of("operation", operation), ROUTES);
  }

  /** Answered or refused: when a call is over it holds no memory. */
  @AfterEach
  void stop() throws Exception {
    await().atMost(SOON).until(() -> server.services().budget().used() == 0);
    server.close();
  }

  private OrchestratorSyncBlockingStub stub(String... metadata) {
    return OrchestratorSyncGrpc.newBlockingStub(server.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata(metadata)));
  }

  @Test
  void aRegistrationIsCanonicalJson() {
    operation.answers(
        "{\"token\":\"t\",\"expires_at\":1767225600,\"assigned_id\":\"o-1\",\"more\":[{\"x\":1}],"
            + "\"sync_endpoints\":{\"events\":\"e\",\"data_sync\":\"d\",\"firmware\":\"f\"},"
            + "\"initial_sync_required\":true}");
    var answer =
        stub("x-signature", "c2ln")
            .register(
                RegisterRequest.newBuilder()
                    .setOrchestratorId("orch-1")
                    .setEntityId("mall-ä")
                    .setVersion("1\n\u001f")
                    .addCapabilities("b")
                    .addCapabilities("a")
                    .setPublicKey("pem")
                    .setHeartbeatInterval(60)
                    .setLocalAddress("http://\"x\"")
                    .build());
    assertThat(operation.body)
        .isEqualTo(
            "{\"capabilities\":[\"b\",\"a\"],\"entity_id\":\"mall-ä\",\"heartbeat_interval\":60,"
                + "\"local_address\":\"http://\\\"x\\\"\",\"orchestrator_id\":\"orch-1\","
                + "\"public_key\":\"pem\",\"version\":\"1\\n\\u001f\"}");
    assertThat(operation.headers)
        .containsEntry("X-Signature", "c2ln")
        .containsEntry("CamelHttpMethod", "POST")
        .containsEntry("CamelHttpPath", "/navign.orchestrator.sync.OrchestratorSync/Register")
        .containsKey("CamelVertxPlatformHttpRemoteAddress");
    assertThat(answer.getToken()).isEqualTo("t");
    assertThat(answer.getExpiresAt()).isEqualTo(1767225600L);
    assertThat(answer.getSyncEndpoints().getDataSync()).isEqualTo("d");
    assertThat(answer.getInitialSyncRequired()).isTrue();
  }

  @Test
  void aHeartbeatHasWordsNumbersAndTimes() throws Exception {
    operation.answers(
        "{\"acknowledged\":true,\"server_time\":\"2025-01-08T11:00:01.5Z\","
            + "\"next_heartbeat_seconds\":60,\"commands\":[{\"type\":\"firmware_update\","
            + "\"firmware_id\":\"fw-1\"},{\"type\":\"token_refresh\"}]}");
    HeartbeatResponse answer =
        stub()
            .heartbeat(
                HeartbeatRequest.newBuilder()
                    .setEntityId("mall-a")
                    .setStatus(OrchestratorStatus.ORCHESTRATOR_STATUS_DEGRADED)
                    .setUptimeSeconds(86_400)
                    .setConnectedRobots(-1)
                    .setMetrics(OrchestratorMetrics.newBuilder().setCpuPercent(25.5f))
                    .setTimestamp(Timestamp.newBuilder().setSeconds(1_736_330_400))
                    .build());
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(operation.body))
        .isEqualTo(
            json.readTree(
                "{\"entity_id\":\"mall-a\",\"status\":\"degraded\",\"uptime_seconds\":86400,"
                    + "\"connected_robots\":4294967295,\"active_tasks\":0,\"pending_tasks\":0,"
                    + "\"metrics\":{\"cpu_percent\":25.5,\"memory_used_mb\":0,\"disk_used_gb\":0,"
                    + "\"cache_size_mb\":0},\"timestamp\":\"2025-01-08T10:00:00Z\"}"));
    assertThat(answer.getAcknowledged()).isTrue();
    assertThat(answer.getServerTime().getNanos()).isEqualTo(500_000_000);
    assertThat(answer.getCommandsList())
        .extracting(command -> command.getType())
        .containsExactly(
            CommandType.COMMAND_TYPE_FIRMWARE_UPDATE, CommandType.COMMAND_TYPE_UNSPECIFIED);
    assertThat(answer.getCommands(0).getPayload().toStringUtf8())
        .isEqualTo("{\"type\":\"firmware_update\",\"firmware_id\":\"fw-1\"}");
  }

  @Test
  void whatJsonCannotSayIsRefusedBeforeTheRoute() {
    HeartbeatRequest notANumber =
        HeartbeatRequest.newBuilder()
            .setMetrics(OrchestratorMetrics.newBuilder().setDiskUsedGb(Float.NaN))
            .build();
    HeartbeatRequest tooLarge = HeartbeatRequest.newBuilder().setUptimeSeconds(1L << 60).build();
    HeartbeatRequest noTime =
        HeartbeatRequest.newBuilder()
            .setTimestamp(Timestamp.newBuilder().setSeconds(253_402_300_800L))
            .build();
    for (HeartbeatRequest request : new HeartbeatRequest[] {notANumber, tooLarge, noTime}) {
      StatusRuntimeException e = refusal(() -> stub().heartbeat(request));
      assertThat(code(e)).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(trailer(e, "x-error-code")).isEqualTo("VALIDATION_FAILED");
    }
    assertThat(operation.body).isNull();
  }

  @Test
  void aQueryHasTheNamesThatAreSet() {
    stub("x-entity-id", "mall-a")
        .syncFull(
            SyncFullRequest.newBuilder()
                .setEntityId("mall-a")
                .addInclude("areas")
                .addInclude("beacons")
                .setLimit(10)
                .build());
    assertThat(operation.headers)
        .containsEntry("entity_id", "mall-a")
        .containsEntry("include", "areas,beacons")
        .containsEntry("limit", "10")
        .doesNotContainKeys("format", "cursor");
    stub()
        .syncDelta(
            SyncDeltaRequest.newBuilder()
                .setCursor("4711")
                .setSince(Timestamp.newBuilder().setSeconds(1_736_330_400).setNanos(5_000_000))
                .build());
    assertThat(operation.headers)
        .containsEntry("cursor", "4711")
        .containsEntry("since", "2025-01-08T10:00:00.005Z")
        .doesNotContainKeys("entity_id", "limit");
  }

  @Test
  void documentsGoOutAsTheyAre() {
    operation.answers(
        "{\"data\":{\"areas\":[{\"id\":1,\"x\":1.10},{\"id\":\"ü\"}],\"other\":[1]},"
            + "\"entity_id\":\"mall-a\",\"timestamp\":\"2025-01-08T10:00:00Z\",\"cursor\":\"4711\","
            + "\"metadata\":{\"total_areas\":2},\"has_more\":false,\"next_cursor\":null}");
    SyncFullResponse full = stub().syncFull(SyncFullRequest.getDefaultInstance());
    assertThat(full.getData().getAreasList())
        .extracting(ByteString::toStringUtf8)
        .containsExactly("{\"id\":1,\"x\":1.10}", "{\"id\":\"ü\"}");
    assertThat(full.getMetadata().getTotalAreas()).isEqualTo(2);
    assertThat(full.getCursor()).isEqualTo("4711");
    assertThat(full.getNextCursor()).isEmpty();

    operation.answers(
        "{\"changes\":[{\"type\":\"area\",\"operation\":\"delete\",\"id\":\"a-1\","
            + "\"updated_at\":\"2025-01-08T10:00:00Z\"},{\"type\":\"beacon\",\"operation\":"
            + "\"create\",\"id\":\"b-1\",\"data\":{\"id\":\"b-1\"}}],\"has_more\":true,"
            + "\"next_cursor\":\"17\",\"cursor\":\"17\"}");
    SyncDeltaResponse delta = stub().syncDelta(SyncDeltaRequest.getDefaultInstance());
    assertThat(delta.getChanges(0).getOperation())
        .isEqualTo(ChangeOperation.CHANGE_OPERATION_DELETE);
    assertThat(delta.getChanges(0).getData()).isEqualTo(ByteString.EMPTY);
    assertThat(delta.getChanges(1).getData().toStringUtf8()).isEqualTo("{\"id\":\"b-1\"}");
    assertThat(delta.getHasMore()).isTrue();
    assertThat(delta.getNextCursor()).isEqualTo("17");
  }

  @Test
  void anAnswerBeyondTheLimitIsRefusedWithAHint() {
    String area = "{\"id\":\"" + "x".repeat(900) + "\"}";
    operation.answers("{\"data\":{\"areas\":[" + area + "," + area + "]}}");
    assertThat(stub().syncFull(SyncFullRequest.getDefaultInstance()).getData().getAreasCount())
        .isEqualTo(2);
    operation.answers("{\"data\":{\"areas\":[" + area + "," + area + "," + area + "]}}");
    StatusRuntimeException e = refusal(() -> stub().syncFull(SyncFullRequest.getDefaultInstance()));
    assertThat(code(e)).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(trailer(e, "x-error-code")).isEqualTo("PAYLOAD_TOO_LARGE");
    assertThat(e.getStatus().getDescription()).contains("/api/orchestrators/sync/full");
  }

  @Test
  void aRequestBeyondEightMebibytesIsRefused() {
    RegisterRequest large =
        RegisterRequest.newBuilder().setVersion("x".repeat((8 << 20) + 1)).build();
    StatusRuntimeException e = refusal(() -> stub().register(large));
    assertThat(code(e)).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(operation.body).isNull();
  }

  @Test
  void metadataThatIsNotOnTheListNeverBecomesAHeader() {
    stub(
            "camelhttpuri", "http://evil",
            "camelhttppath", "/evil",
            "kafka.override_topic", "evil",
            "droverentity", "evil",
            "entity_id", "evil",
            "content-length", "17",
            "x-forwarded-for", "evil",
            "authorization", "Bearer t",
            "x-request-id", "req-1",
            "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .heartbeat(HeartbeatRequest.getDefaultInstance());
    assertThat(operation.headers.keySet())
        .containsExactlyInAnyOrder(
            "authorization",
            "x-request-id",
            "traceparent",
            "content-type",
            "CamelHttpMethod",
            "CamelHttpPath",
            "CamelVertxPlatformHttpRemoteAddress");
    assertThat(operation.headers.toString()).doesNotContain("evil");
  }

  @Test
  void aRequestIdThatIsNotFitIsReplaced() {
    stub("x-request-id", "req 1 <script>").heartbeat(HeartbeatRequest.getDefaultInstance());
    assertThat(operation.headers.get("X-Request-ID").toString()).matches("[0-9a-f-]{36}");
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyErrorHasAStatusACodeAndItsDetails(ErrorCode error)
      throws InvalidProtocolBufferException {
    operation.refuses(error, Map.of("field", "status", "allowed", Map.of("a", 1)));
    StatusRuntimeException e =
        refusal(
            () -> stub("x-request-id", "req-1").heartbeat(HeartbeatRequest.getDefaultInstance()));
    assertThat(code(e)).isEqualTo(GrpcErrors.status(error)).isNotIn(Code.OK, Code.UNKNOWN);
    assertThat(e.getStatus().getDescription()).isEqualTo("no: " + error);
    assertThat(trailer(e, "x-error-code")).isEqualTo(error.name());
    assertThat(trailer(e, "x-request-id")).isEqualTo("req-1");
    Status packed = StatusProto.fromThrowable(e);
    ErrorResponse detail = packed.getDetails(0).unpack(ErrorResponse.class);
    assertThat(detail.getCode()).isEqualTo(error.name());
    assertThat(detail.getRequestId()).isEqualTo("req-1");
    assertThat(detail.getTimestamp().getSeconds()).isPositive();
    assertThat(detail.getDetailsMap())
        .containsEntry("field", "status")
        .containsEntry("allowed", "{\"a\":1}");
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void theReferenceNamesTheStatusOfEveryCode(ErrorCode error) throws IOException {
    Path page = Path.of(System.getProperty("drover.home"), "docs/reference/grpc-api.md");
    assertThat(Files.readAllLines(page))
        .filteredOn(line -> line.startsWith("| `" + GrpcErrors.status(error) + "` |"))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("`" + error + "`");
  }

  @Test
  void anAnswerThatARouteRenderedAsAnErrorIsOne() {
    operation.answer =
        exchange -> {
          exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 429);
          exchange.getMessage().setHeader("Retry-After", 7L);
          exchange
              .getMessage()
              .setBody("{\"error\":{\"code\":\"RATE_LIMIT_EXCEEDED\",\"message\":\"wait\"}}");
        };
    StatusRuntimeException e =
        refusal(() -> stub().heartbeat(HeartbeatRequest.getDefaultInstance()));
    assertThat(code(e)).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(trailer(e, "retry-after")).isEqualTo("7");
    assertThat(e.getStatus().getDescription()).isEqualTo("wait");
  }

  @Test
  void aFaultOfARouteSaysNothingOfItself() {
    operation.answer =
        exchange -> {
          throw new IllegalStateException("secret");
        };
    StatusRuntimeException e =
        refusal(() -> stub().heartbeat(HeartbeatRequest.getDefaultInstance()));
    assertThat(code(e)).isEqualTo(Code.INTERNAL);
    assertThat(e.getMessage() + e.getTrailers()).doesNotContain("secret");
    operation.answers("[\"not an object\"]");
    e = refusal(() -> stub().heartbeat(HeartbeatRequest.getDefaultInstance()));
    assertThat(code(e)).isEqualTo(Code.INTERNAL);
  }

  @Test
  void aMethodIsServedFromItsRoutesStartToItsStop() throws Exception {
    StatusRuntimeException e =
        refusal(() -> stub().queryLatestFirmware(FirmwareQuery.getDefaultInstance()));
    assertThat(code(e)).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(e.getStatus().getDescription()).endsWith("QueryLatestFirmware is not served yet");
    server.context().getRouteController().stopRoute("heartbeat");
    e = refusal(() -> stub().heartbeat(HeartbeatRequest.getDefaultInstance()));
    assertThat(code(e)).isEqualTo(Code.UNIMPLEMENTED);
    server.context().getRouteController().startRoute("heartbeat");
    stub().heartbeat(HeartbeatRequest.getDefaultInstance());
  }

  @Test
  void largeAnswersAreCompressedForThoseWhoTakeIt() {
    operation.answers("{\"entity_id\":\"" + "x".repeat(1_500) + "\"}");
    AtomicReference<Metadata> head = new AtomicReference<>();
    SyncFullResponse answer =
        OrchestratorSyncGrpc.newBlockingStub(server.channel())
            .withInterceptors(
                MetadataUtils.newCaptureMetadataInterceptor(head, new AtomicReference<>()))
            .syncFull(SyncFullRequest.getDefaultInstance());
    assertThat(answer.getEntityId()).hasSize(1_500);
    assertThat(head.get().get(Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER)))
        .isEqualTo("gzip");
  }

  private static StatusRuntimeException refusal(ThrowingCallable call) {
    StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(e).as("a refusal").isNotNull();
    return e;
  }
}
