package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.drover.central.entity.Edit;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.entity.ItemRef;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.proto.grpc.appendix.SyncRequest;
import dev.drover.proto.grpc.appendix.SyncResponse;
import dev.drover.proto.grpc.navign.AccessLog;
import dev.drover.proto.grpc.navign.AccessLogsRequest;
import dev.drover.proto.grpc.navign.AccessLogsResponse;
import dev.drover.proto.grpc.navign.AccessResult;
import dev.drover.proto.grpc.navign.BeaconHeartbeatRequest;
import dev.drover.proto.grpc.navign.BeaconHeartbeatResponse;
import dev.drover.proto.grpc.navign.BeaconLocation;
import dev.drover.proto.grpc.navign.BeaconRegistrationRequest;
import dev.drover.proto.grpc.navign.BeaconRegistrationResponse;
import dev.drover.proto.grpc.navign.BeaconStatus;
import dev.drover.proto.grpc.navign.ChangeOperation;
import dev.drover.proto.grpc.navign.ChecksumRequest;
import dev.drover.proto.grpc.navign.Event;
import dev.drover.proto.grpc.navign.EventType;
import dev.drover.proto.grpc.navign.EventsRequest;
import dev.drover.proto.grpc.navign.FirmwareDownloadRequest;
import dev.drover.proto.grpc.navign.HeartbeatRequest;
import dev.drover.proto.grpc.navign.OrchestratorStatus;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc.OrchestratorSyncBlockingStub;
import dev.drover.proto.grpc.navign.RegisterRequest;
import dev.drover.proto.grpc.navign.RegisterResponse;
import dev.drover.proto.grpc.navign.SyncData;
import dev.drover.proto.grpc.navign.SyncDeltaRequest;
import dev.drover.proto.grpc.navign.SyncDeltaResponse;
import dev.drover.proto.grpc.navign.SyncFullRequest;
import dev.drover.proto.grpc.navign.SyncFullResponse;
import dev.drover.proto.grpc.navign.TaskStatusUpdate;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Both gRPC services of central, by stubs over a real port. */
class GrpcTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  @TempDir static Path data;
  private static ConfigurableApplicationContext central;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() {
    central =
        SpringApplication.run(
            CentralApplication.class,
            "--drover.home=" + HOME,
            "--drover.data=" + data.resolve("central"),
            "--drover.port=" + FreePort.pick(),
            "--drover.grpc.port=0",
            "--drover.grpc.max-answer-bytes=20000",
            "--server.port=" + FreePort.pick(),
            "--drover.kafka.port=" + FreePort.pick(),
            "--drover.mongo.port=" + FreePort.pick(),
            "--drover.events.ping-interval=500",
            "--drover.step-log=" + HOME.resolve("central/target/executed-steps.txt"));
    int port = central.getBean(GrpcPort.class).port();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  /** A stream that is open when central ends must not look as if it were complete. */
  @AfterAll
  static void stop() throws Exception {
    Mall mall = Mall.registered();
    Events<Event> events = new Events<>();
    OrchestratorSyncGrpc.newStub(channel)
        .withInterceptors(mall.bearer())
        .streamEvents(EventsRequest.getDefaultInstance(), events);
    events.await(EventType.EVENT_TYPE_PING);
    central.close();
    assertThat(events.end.get(60, TimeUnit.SECONDS).getCode()).isEqualTo(Code.UNAVAILABLE);
    channel.shutdownNow();
  }

  /** What a stream told. */
  private static final class Events<T> implements StreamObserver<T> {
    private final BlockingQueue<T> queue = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    @Override
    public void onNext(T event) {
      queue.add(event);
    }

    @Override
    public void onError(Throwable t) {
      end.complete(Status.fromThrowable(t));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }

    T next() throws InterruptedException {
      T event = queue.poll(60, TimeUnit.SECONDS);
      assertThat(event).as("an event within 20 s").isNotNull();
      return event;
    }

    Event await(EventType type) throws InterruptedException {
      while (true) {
        if (next() instanceof Event event && event.getType() == type) {
          return event;
        }
      }
    }
  }

  /** A mall with its key; its signature is over the canonical JSON that the page shows. */
  private record Mall(String entity, KeyPair key, AtomicReference<String> token) {
    static Mall fresh() {
      return new Mall("grpc-" + UUID.randomUUID(), PrivateKeys.generate(), new AtomicReference<>());
    }

    static Mall registered() throws Exception {
      Mall mall = fresh();
      mall.token.set(mall.register().getToken());
      return mall;
    }

    RegisterRequest request() {
      return RegisterRequest.newBuilder()
          .setEntityId(entity)
          .setOrchestratorId("orch-1")
          .setVersion("0.1.0")
          .addCapabilities("task_assignment")
          .setPublicKey(PublicKeys.toPem((ECPublicKey) key.getPublic()))
          .setHeartbeatInterval(60)
          .setLocalAddress("http://orchestrator.local")
          .build();
    }

    String signature() throws Exception {
      String json =
          "{\"capabilities\":[\"task_assignment\"],\"entity_id\":\"%s\",\"heartbeat_interval\":60,"
              + "\"local_address\":\"http://orchestrator.local\",\"orchestrator_id\":\"orch-1\","
              + "\"public_key\":\"%s\",\"version\":\"0.1.0\"}";
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(key.getPrivate());
      String pem = request().getPublicKey().replace("\n", "\\n");
      signer.update(json.formatted(entity, pem).getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(signer.sign());
    }

    RegisterResponse register() throws Exception {
      return with(blocking(), "x-signature", signature()).register(request());
    }

    io.grpc.ClientInterceptor bearer() {
      return MetadataUtils.newAttachHeadersInterceptor(
          metadata("authorization", "Bearer " + token.get()));
    }

    OrchestratorSyncBlockingStub stub() {
      return blocking().withInterceptors(bearer());
    }

    void write(String collection, String id, String json) {
      Edit.Kind kind = json == null ? Edit.Kind.DELETE : Edit.Kind.UPSERT;
      central
          .getBean(EntityStore.class)
          .writes()
          .write(entity, List.of(new Edit(new ItemRef(entity, collection, id), kind, json)));
    }
  }

  private static OrchestratorSyncBlockingStub blocking() {
    return OrchestratorSyncGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static Metadata metadata(String... namesAndValues) {
    Metadata metadata = new Metadata();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      metadata.put(name(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return metadata;
  }

  private static Metadata.Key<String> name(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static <T extends AbstractStub<T>> T with(T stub, String... metadata) {
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata(metadata)));
  }

  private static OrchestratorSyncBlockingStub as(Role role, String entity) {
    KeyPair key = new FileKeyProvider(data.resolve("central/keys")).signing("central-token");
    String token =
        new TokenIssuer(key, Clock.systemUTC())
            .issue(new Grant("somebody", role, entity), Duration.ofMinutes(5))
            .value();
    return with(blocking(), "authorization", "Bearer " + token);
  }

  private static void refused(Code status, String code, ThrowingCallable call) {
    StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(e).as(code).isNotNull();
    assertThat(e.getStatus().getCode()).as(e.toString()).isEqualTo(status);
    assertThat(e.getTrailers().get(name("x-error-code"))).isEqualTo(code);
  }

  @Test
  void aMallRegistersOnceAndMayRepeatItsRequest() throws Exception {
    Mall mall = Mall.fresh();
    AtomicReference<Metadata> head = new AtomicReference<>();
    OrchestratorSyncBlockingStub stub =
        with(blocking(), "x-signature", mall.signature(), "x-idempotency-key", "k-1")
            .withInterceptors(
                MetadataUtils.newCaptureMetadataInterceptor(head, new AtomicReference<>()));
    RegisterResponse first = stub.register(mall.request());
    assertThat(first.getToken()).isNotEmpty();
    assertThat(first.getAssignedId()).isNotEmpty();
    assertThat(first.getExpiresAt()).isGreaterThan(System.currentTimeMillis() / 1000);
    assertThat(first.getInitialSyncRequired()).isTrue();
    assertThat(first.getSyncEndpoints().getEvents()).endsWith("/api/orchestrators/events");
    assertThat(head.get().get(name("idempotency-replayed"))).isNull();
    assertThat(stub.register(mall.request())).isEqualTo(first);
    assertThat(head.get().get(name("idempotency-replayed"))).isEqualTo("true");
    assertThat(head.get().get(name("x-request-id"))).isNotEmpty();
  }

  @Test
  void aSignatureOfSomethingElseIsRefused() throws Exception {
    Mall mall = Mall.fresh();
    refused(
        Code.UNAUTHENTICATED, "AUTH_INVALID_SIGNATURE", () -> blocking().register(mall.request()));
    String other = Mall.fresh().signature();
    refused(
        Code.UNAUTHENTICATED,
        "AUTH_INVALID_SIGNATURE",
        () -> with(blocking(), "x-signature", other).register(mall.request()));
    RegisterRequest incomplete = mall.request().toBuilder().clearVersion().build();
    refused(Code.UNAUTHENTICATED, "AUTH_INVALID_SIGNATURE", () -> blocking().register(incomplete));
    refused(
        Code.INVALID_ARGUMENT,
        "VALIDATION_FAILED",
        () -> with(blocking(), "x-signature", other).register(incomplete));
  }

  private static EntityDigest digest(SyncData documents) {
    EntityDigest digest = new EntityDigest();
    add(digest, "areas", documents.getAreasList());
    add(digest, "beacons", documents.getBeaconsList());
    add(digest, "merchants", documents.getMerchantsList());
    add(digest, "connections", documents.getConnectionsList());
    return digest;
  }

  private static void add(EntityDigest digest, String collection, List<ByteString> documents) {
    for (ByteString document : documents) {
      String json = document.toStringUtf8();
      String id = json.replaceFirst(".*\"id\":\"([^\"]*)\".*", "$1");
      digest.set(collection, id, Checksums.item(json));
    }
  }

  @Test
  void whatAMallReadsHasTheChecksumsOfCentral() throws Exception {
    Mall mall = Mall.registered();
    mall.write("areas", "a-1", "{\"id\":\"a-1\",\"x\":1.10,\"name\":\"Hälle\"}");
    mall.write("areas", "a-2", "{\"id\":\"a-2\"}");
    mall.write("beacons", "b-1", "{\"id\":\"b-1\",\"n\":[1,2]}");

    SyncFullResponse full = mall.stub().syncFull(SyncFullRequest.getDefaultInstance());
    assertThat(full.getEntityId()).isEqualTo(mall.entity());
    assertThat(full.getMetadata().getTotalAreas()).isEqualTo(2);
    assertThat(full.getMetadata().getTotalBeacons()).isEqualTo(1);
    assertThat(full.getData().getAreasCount()).isEqualTo(2);
    assertThat(digest(full.getData()).global()).isEqualTo(full.getChecksum());

    var checksums = mall.stub().verifyChecksum(ChecksumRequest.getDefaultInstance());
    assertThat(checksums.getChecksums().getGlobal()).isEqualTo(full.getChecksum());
    assertThat(checksums.getChecksums().getAreas()).isEqualTo(digest(full.getData()).root("areas"));
    assertThat(checksums.getTimestamp().getSeconds()).isPositive();

    mall.write("areas", "a-1", null);
    mall.write("connections", "c-1", "{\"id\":\"c-1\"}");
    SyncDeltaResponse delta =
        mall.stub().syncDelta(SyncDeltaRequest.newBuilder().setCursor(full.getCursor()).build());
    assertThat(delta.getBaseChecksum()).isEqualTo(full.getChecksum());
    assertThat(delta.getChangesList())
        .extracting(change -> change.getType() + " " + change.getId())
        .containsExactly("area a-1", "connection c-1");
    assertThat(delta.getChanges(0).getOperation())
        .isEqualTo(ChangeOperation.CHANGE_OPERATION_DELETE);
    assertThat(delta.getChanges(1).getData().toStringUtf8()).isEqualTo("{\"id\":\"c-1\"}");
    assertThat(delta.getHasMore()).isFalse();
    assertThat(delta.getNewChecksum())
        .isEqualTo(
            mall.stub()
                .verifyChecksum(ChecksumRequest.getDefaultInstance())
                .getChecksums()
                .getGlobal());
    // a client that knows nothing of cursors sends the time of the last answer
    SyncDeltaResponse since =
        mall.stub().syncDelta(SyncDeltaRequest.newBuilder().setSince(full.getTimestamp()).build());
    assertThat(since.getChangesList()).extracting(change -> change.getId()).contains("a-1", "c-1");
    SyncDeltaResponse none =
        mall.stub().syncDelta(SyncDeltaRequest.newBuilder().setCursor(delta.getCursor()).build());
    assertThat(none.getChangesList()).isEmpty();
  }

  @Test
  void aLargeEntityIsReadInPages() throws Exception {
    Mall mall = Mall.registered();
    for (int i = 0; i < 25; i++) {
      String id = "m-%02d".formatted(i);
      mall.write("merchants", id, "{\"id\":\"%s\",\"x\":\"%s\"}".formatted(id, "y".repeat(900)));
    }
    refused(
        Code.RESOURCE_EXHAUSTED,
        "PAYLOAD_TOO_LARGE",
        () -> mall.stub().syncFull(SyncFullRequest.getDefaultInstance()));
    List<ByteString> merchants = new ArrayList<>();
    SyncFullResponse page;
    SyncFullRequest.Builder request = SyncFullRequest.newBuilder().setLimit(10);
    do {
      page = mall.stub().syncFull(request.build());
      merchants.addAll(page.getData().getMerchantsList());
      request.setCursor(page.getNextCursor());
    } while (page.getHasMore());
    assertThat(merchants).hasSize(25).doesNotHaveDuplicates();
    assertThat(page.getNextCursor()).isEmpty();

    SyncDeltaResponse first =
        mall.stub().syncDelta(SyncDeltaRequest.newBuilder().setCursor("0").setLimit(20).build());
    assertThat(first.getChangesCount()).isEqualTo(20);
    assertThat(first.getHasMore()).isTrue();
    assertThat(first.getNextCursor()).isNotEmpty();
  }

  @Test
  void eventsComeAsTheyHappen() throws Exception {
    Mall mall = Mall.registered();
    Events<Event> events = new Events<>();
    OrchestratorSyncGrpc.newStub(channel)
        .withInterceptors(mall.bearer())
        .streamEvents(EventsRequest.newBuilder().setOrchestratorId("orch-1").build(), events);
    events.await(EventType.EVENT_TYPE_PING);
    mall.write("areas", "a-1", "{\"id\":\"a-1\"}");
    Event event = events.await(EventType.EVENT_TYPE_DATA_UPDATE);
    assertThat(event.getPayload().toStringUtf8()).contains("\"areas\":[\"a-1\"]");
    assertThat(event.getId()).startsWith("evt-");
    assertThat(event.getTimestamp().getSeconds()).isPositive();
  }

  @Test
  void aHeartbeatIsAnswered() throws Exception {
    Mall mall = Mall.registered();
    HeartbeatRequest healthy =
        HeartbeatRequest.newBuilder()
            .setEntityId(mall.entity())
            .setOrchestratorId("orch-1")
            .setStatus(OrchestratorStatus.ORCHESTRATOR_STATUS_HEALTHY)
            .build();
    var answer = mall.stub().heartbeat(healthy);
    assertThat(answer.getAcknowledged()).isTrue();
    assertThat(answer.getNextHeartbeatSeconds()).isEqualTo(60);
    assertThat(answer.getServerTime().getSeconds()).isPositive();
    StatusRuntimeException e =
        catchThrowableOfType(StatusRuntimeException.class, () -> mall.stub().heartbeat(healthy));
    assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(Integer.parseInt(e.getTrailers().get(name("retry-after")))).isBetween(1, 54);
    refused(
        Code.INVALID_ARGUMENT,
        "VALIDATION_FAILED",
        () -> Mall.registered().stub().heartbeat(HeartbeatRequest.getDefaultInstance()));
  }

  @Test
  void theFourCallsOfAppendixA() throws Exception {
    Mall mall = Mall.fresh();
    var anonymous =
        dev.drover.proto.grpc.appendix.OrchestratorSyncGrpc.newBlockingStub(channel)
            .withDeadlineAfter(20, TimeUnit.SECONDS);
    mall.token()
        .set(with(anonymous, "x-signature", mall.signature()).register(mall.request()).getToken());
    var stub = anonymous.withInterceptors(mall.bearer());
    Events<dev.drover.proto.grpc.appendix.Event> events = new Events<>();
    dev.drover.proto.grpc.appendix.OrchestratorSyncGrpc.newStub(channel)
        .withInterceptors(mall.bearer())
        .streamEvents(EventsRequest.getDefaultInstance(), events);
    assertThat(events.next().getType()).isEqualTo("ping");
    mall.write("areas", "a-1", "{\"id\":\"a-1\"}");
    await().atMost(SOON).until(() -> events.next().getType().equals("data_update"));

    SyncResponse full = stub.syncData(SyncRequest.getDefaultInstance());
    assertThat(full.getData().getAreas(0).toStringUtf8()).isEqualTo("{\"id\":\"a-1\"}");
    assertThat(full.getChecksum()).startsWith("sha256:");
    mall.write("areas", "a-2", "{\"id\":\"a-2\"}");
    SyncResponse delta =
        stub.syncData(SyncRequest.newBuilder().setCursor(full.getCursor()).build());
    assertThat(delta.getBaseChecksum()).isEqualTo(full.getChecksum());
    assertThat(delta.getChangesList()).extracting(c -> c.getId()).containsExactly("a-2");
    assertThat(
            stub.reportHeartbeat(
                    HeartbeatRequest.newBuilder()
                        .setStatus(OrchestratorStatus.ORCHESTRATOR_STATUS_DEGRADED)
                        .build())
                .getAcknowledged())
        .isTrue();
  }

  @Test
  void theGuardsAreThoseOfTheRestOperations() throws Exception {
    Mall mall = Mall.registered();
    SyncFullRequest own = SyncFullRequest.newBuilder().setEntityId(mall.entity()).build();
    refused(Code.UNAUTHENTICATED, "AUTH_TOKEN_MISSING", () -> blocking().syncFull(own));
    refused(
        Code.UNAUTHENTICATED,
        "AUTH_TOKEN_INVALID",
        () -> with(blocking(), "authorization", "Bearer nonsense").syncFull(own));
    refused(
        Code.PERMISSION_DENIED,
        "ENTITY_FORBIDDEN",
        () -> mall.stub().syncFull(SyncFullRequest.newBuilder().setEntityId("mall-other").build()));
    refused(
        Code.PERMISSION_DENIED,
        "ENTITY_FORBIDDEN",
        () -> with(mall.stub(), "x-entity-id", "mall-other").syncFull(own));
    for (Role role : List.of(Role.BEACON, Role.ROBOT, Role.MOBILE)) {
      refused(Code.PERMISSION_DENIED, "FORBIDDEN", () -> as(role, mall.entity()).syncFull(own));
    }
    refused(
        Code.NOT_FOUND,
        "ENTITY_NOT_FOUND",
        () ->
            as(Role.OPERATOR, Grant.EVERY_ENTITY)
                .syncFull(SyncFullRequest.newBuilder().setEntityId("nowhere").build()));
    assertThat(as(Role.OPERATOR, mall.entity()).syncFull(own).getEntityId())
        .isEqualTo(mall.entity());
    refused(
        Code.PERMISSION_DENIED,
        "FORBIDDEN",
        () ->
            mall.stub()
                .streamEvents(EventsRequest.newBuilder().setOrchestratorId("another").build())
                .next());
    refused(
        Code.UNAUTHENTICATED,
        "AUTH_TOKEN_MISSING",
        () -> blocking().streamEvents(EventsRequest.getDefaultInstance()).next());
  }

  @Test
  void badPositionsAreToldApart() throws Exception {
    Mall mall = Mall.registered();
    refused(
        Code.INVALID_ARGUMENT,
        "VALIDATION_FAILED",
        () -> mall.stub().syncDelta(SyncDeltaRequest.newBuilder().setCursor("garbage").build()));
    refused(
        Code.INVALID_ARGUMENT,
        "VALIDATION_FAILED",
        () -> mall.stub().syncDelta(SyncDeltaRequest.getDefaultInstance()));
    refused(
        Code.FAILED_PRECONDITION,
        "SYNC_CHECKSUM_MISMATCH",
        () -> mall.stub().syncDelta(SyncDeltaRequest.newBuilder().setCursor("99999").build()));
    refused(
        Code.INVALID_ARGUMENT,
        "VALIDATION_FAILED",
        () -> mall.stub().syncFull(SyncFullRequest.newBuilder().addInclude("shops").build()));
    refused(
        Code.INVALID_ARGUMENT,
        "VALIDATION_FAILED",
        () -> mall.stub().syncFull(SyncFullRequest.newBuilder().setFormat("xml").build()));
  }

  @Test
  void aBeaconIsReportedAsOverRest() throws Exception {
    OrchestratorSyncBlockingStub stub = Mall.registered().stub();
    BeaconRegistrationRequest device =
        BeaconRegistrationRequest.newBuilder()
            .setDeviceId("aabbccddeeff001122334455")
            .setDeviceType("Turnstile")
            .setLocation(BeaconLocation.newBuilder().setAreaId("area-1"))
            .build();
    BeaconRegistrationResponse registered = stub.registerBeacon(device);
    assertThat(registered.getBeaconId()).startsWith("beacon-");
    assertThat(registered.getApproved()).isTrue();
    assertThat(registered.getSyncIntervalSeconds()).isEqualTo(3600);
    assertThat(registered.getFirmwareUpdateAvailable()).isFalse();
    assertThat(stub.registerBeacon(device)).isEqualTo(registered);
    BeaconHeartbeatRequest heartbeat =
        BeaconHeartbeatRequest.newBuilder()
            .setBeaconId(registered.getBeaconId())
            .setStatus(BeaconStatus.BEACON_STATUS_LOW_BATTERY)
            .build();
    BeaconHeartbeatResponse answer = stub.reportBeaconHeartbeat(heartbeat);
    assertThat(answer.getAcknowledged()).isTrue();
    assertThat(answer.getNextHeartbeatSeconds()).isEqualTo(3600);
    AccessLogsRequest logs =
        AccessLogsRequest.newBuilder()
            .setBeaconId(registered.getBeaconId())
            .setBatchId("b-1")
            .setTotalLogs(1)
            .addLogs(
                AccessLog.newBuilder()
                    .setTimestamp(Timestamp.newBuilder().setSeconds(1_736_332_200))
                    .setUserId("user-123")
                    .setResult(AccessResult.ACCESS_RESULT_SUCCESS))
            .build();
    AccessLogsResponse stored = stub.uploadAccessLogs(logs);
    assertThat(stored.getBatchId()).isEqualTo("b-1");
    assertThat(stored.getStored()).isEqualTo(1);
    assertThat(stub.uploadAccessLogs(logs.toBuilder().clearTotalLogs().build()).getDuplicates())
        .isEqualTo(1);
    refused(
        Code.NOT_FOUND,
        "BEACON_NOT_REGISTERED",
        () -> stub.reportBeaconHeartbeat(heartbeat.toBuilder().setBeaconId("nobody").build()));
  }

  @Test
  void callsOfLaterFlowsSayThatTheyAreNotServed() throws Exception {
    OrchestratorSyncBlockingStub stub = Mall.registered().stub();
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> stub.updateTaskStatus(TaskStatusUpdate.getDefaultInstance()),
            () -> stub.downloadFirmware(FirmwareDownloadRequest.getDefaultInstance()).next())) {
      StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call);
      assertThat(e.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED);
      assertThat(e.getStatus().getDescription()).endsWith("is not served yet");
    }
  }
}
