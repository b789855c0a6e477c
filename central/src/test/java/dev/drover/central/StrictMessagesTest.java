package dev.drover.central;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.proto.WrongMessages;
import dev.drover.proto.WrongMessages.Wrong;
import dev.drover.proto.WrongProtobuf;
import dev.drover.proto.grpc.appendix.SyncRequest;
import dev.drover.proto.grpc.navign.AccessLog;
import dev.drover.proto.grpc.navign.AccessLogsRequest;
import dev.drover.proto.grpc.navign.AccessResult;
import dev.drover.proto.grpc.navign.BeaconHeartbeatRequest;
import dev.drover.proto.grpc.navign.BeaconLocation;
import dev.drover.proto.grpc.navign.BeaconMetrics;
import dev.drover.proto.grpc.navign.BeaconRegistrationRequest;
import dev.drover.proto.grpc.navign.BeaconStatus;
import dev.drover.proto.grpc.navign.ChecksumRequest;
import dev.drover.proto.grpc.navign.ErrorResponse;
import dev.drover.proto.grpc.navign.EventsRequest;
import dev.drover.proto.grpc.navign.HeartbeatRequest;
import dev.drover.proto.grpc.navign.Location;
import dev.drover.proto.grpc.navign.OrchestratorMetrics;
import dev.drover.proto.grpc.navign.OrchestratorStatus;
import dev.drover.proto.grpc.navign.RegisterRequest;
import dev.drover.proto.grpc.navign.SyncDeltaRequest;
import dev.drover.proto.grpc.navign.SyncFullRequest;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServiceDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The frames of a WebSocket and the messages of gRPC are checked as strictly as what is posted:
 * each is refused in the protocol's own way, nothing has changed, and the connection works on.
 */
class StrictMessagesTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final String OFTEN = "999999/1m";

  /** Answered with UNIMPLEMENTED, whatever they are asked. */
  private static final List<String> NOT_SERVED =
      List.of(
          "ReportTaskAssignment",
          "UpdateTaskStatus",
          "ReportTaskCompletion",
          "ReportFirmwareStatus",
          "QueryLatestFirmware",
          "DownloadFirmware");

  /** Bytes as they are. */
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  @TempDir static Path data;
  private static TestCentral central;
  private static TestCentral.Mall mall;
  private static String beacon;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() {
    central =
        new TestCentral(
            data,
            "--drover.limits.beacons=" + OFTEN,
            "--drover.limits.heartbeat=" + OFTEN,
            "--drover.limits.register=" + OFTEN,
            "--drover.limits.sync-delta=" + OFTEN,
            "--drover.limits.failed-signatures=" + OFTEN,
            // Whoever listens is noted as seen with each ping.
            "--drover.events.ping-interval=3600000");
    mall = central.registered("strict");
    ObjectNode device = WrongMessages.sample(HOME, "beacon-register-request");
    device.put("entity_id", mall.entity).remove("beacon_id");
    beacon =
        central
            .post("/api/orchestrators/beacons/register", mall.token, device.toString())
            .json()
            .path("beacon_id")
            .asText();
    assertThat(beacon).isNotEmpty();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", central.bean(GrpcPort.class).port())
            .usePlaintext()
            .build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    central.close();
  }

  private static String state() {
    return Stored.in(central.bean(MongoDatabase.class));
  }

  private static ObjectNode frame(String type, String schema) {
    ObjectNode frame = WrongMessages.sample(HOME, schema);
    for (String name : List.of("entity_id", "orchestrator_id")) {
      frame.remove(name);
    }
    return frame.put("type", type);
  }

  @Test
  void b7EveryFrameThatIsWrongIsAnsweredAndTheStreamStaysOpen() throws Exception {
    FrameClient client = new FrameClient(central, mall.token);
    Map<String, String> frames =
        Map.of("ack", "event-ack-request", "heartbeat", "heartbeat-request");
    String before = state();
    List<String> faults = new ArrayList<>();
    for (Map.Entry<String, String> each : frames.entrySet()) {
      JsonNode schema = WrongMessages.schema(HOME, each.getValue());
      WrongMessages messages = new WrongMessages(schema, frame(each.getKey(), each.getValue()));
      List<Wrong> wrong = new ArrayList<>(messages.types());
      wrong.addAll(messages.missing());
      wrong.addAll(messages.repeated());
      wrong.addAll(messages.texts());
      for (Wrong one : wrong) {
        String text = new String(one.body(), UTF_8);
        if (!one.what().startsWith("no UTF-8")) {
          faults.addAll(fault(client.reply(text), one.field(), each.getKey() + one.what()));
        }
      }
      for (Wrong one : messages.noObjects()) {
        faults.addAll(fault(client.reply(new String(one.body(), UTF_8)), "", one.what()));
      }
    }
    for (String frame :
        List.of("{", "nonsense", "", "{}", "{\"type\":5}", "{\"type\":\"dance\"}", "{} {}")) {
      faults.addAll(fault(client.reply(frame), "", frame));
    }
    faults.addAll(fault(client.reply("{\"type\":\"ping\"}".getBytes(UTF_8)), "", "binary"));
    assertThat(faults).isEmpty();
    assertThat(state()).isEqualTo(before);
    assertThat(client.reply("{\"type\":\"ping\"}").path("type").asText()).isEqualTo("pong");
    String heartbeat = frame("heartbeat", "heartbeat-request").toString();
    assertThat(client.reply(heartbeat).path("acknowledged").asBoolean()).isTrue();
    assertThat(state()).isNotEqualTo(before);
  }

  private static List<String> fault(JsonNode answer, String field, String what) {
    boolean right =
        answer.path("type").asText().equals("error")
            && answer.at("/error/code").asText().equals("VALIDATION_FAILED")
            && answer.at("/error/details/field").asText("").equals(field);
    return right ? List.of() : List.of(what + " → " + answer);
  }

  /** RFC 6455, section 8.1: what is no UTF-8 fails the connection, with 1007. */
  @Test
  void b1ATextFrameThatIsNoUtf8EndsTheConnection() throws Exception {
    byte[] text = "{\"type\":\"heartbeat\",\"status\":\"healthy\",\"x\":\"???\"}".getBytes(UTF_8);
    int bad = new String(text, UTF_8).indexOf("???");
    System.arraycopy(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, 0, text, bad, 3);
    assertThat(closedAfter(0x81, text)).isEqualTo(1007);
  }

  /** RFC 6455, section 5.2: a bit that no extension gave a meaning fails the connection. */
  @ParameterizedTest
  @ValueSource(ints = {0x91, 0xA1, 0xC1, 0xF1})
  void aReservedBitEndsTheConnectionAlsoWhenTheClientOffersToPack(int first) throws Exception {
    assertThat(closedAfter(first, "{\"type\":\"ping\"}".getBytes(UTF_8))).isEqualTo(1002);
  }

  /** The status with which central closes after one final frame; nothing may have changed. */
  private static int closedAfter(int first, byte[] payload) throws Exception {
    String before = state();
    try (Socket socket = connect()) {
      String upgrade =
          "GET /api/orchestrators/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
              + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
              + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer "
              + mall.token
              + "\r\n\r\n";
      socket.getOutputStream().write(upgrade.getBytes(UTF_8));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      assertThat(head(in))
          .startsWith("HTTP/1.1 101")
          .doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
      socket.getOutputStream().write(new byte[] {(byte) first, (byte) (0x80 | payload.length)});
      socket.getOutputStream().write(new byte[4]); // masked with zeros
      socket.getOutputStream().write(payload);
      int status = closedWith(in);
      assertThat(state()).isEqualTo(before);
      return status;
    }
  }

  private static Socket connect() throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), URI.create(central.url()).getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String head(DataInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** HTTP/2 in clear text is not spoken: an offer is not taken, and its opening is refused. */
  @Test
  void http2InClearTextIsNotSpoken() throws Exception {
    try (Socket socket = connect()) {
      String offer =
          "GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
              + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
      socket.getOutputStream().write(offer.getBytes(UTF_8));
      assertThat(head(new DataInputStream(socket.getInputStream()))).startsWith("HTTP/1.1 200");
    }
    try (Socket socket = connect()) {
      socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(UTF_8));
      socket.shutdownOutput();
      byte[] answer = socket.getInputStream().readAllBytes();
      assertThat(new String(answer, UTF_8))
          .startsWith("HTTP/1.1 ")
          .contains("VALIDATION_FAILED")
          .doesNotContain("HTTP/1.1 2");
    }
  }

  /** The status of the frame that closes the connection. */
  private static int closedWith(DataInputStream in) throws IOException {
    while (true) {
      int opcode = in.readUnsignedByte() & 0x0F;
      int length = in.readUnsignedByte();
      length = length == 126 ? in.readUnsignedShort() : length;
      byte[] payload = new byte[length];
      in.readFully(payload);
      if (opcode == 8) {
        return (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
      }
    }
  }

  /** A call of gRPC, a message that it takes, and the schema of the same message over HTTP. */
  private record Call(Message right, String schema) {}

  private static Map<String, Call> calls() {
    Timestamp time = Timestamp.newBuilder().setSeconds(1_736_332_200).build();
    RegisterRequest register =
        RegisterRequest.newBuilder()
            .setEntityId(mall.entity)
            .setOrchestratorId("orch-2")
            .setVersion("0.1.0")
            .addCapabilities("task_assignment")
            .setPublicKey(mall.registration().path("public_key").asText())
            .setHeartbeatInterval(60)
            .setLocalAddress("http://orchestrator.local")
            .build();
    HeartbeatRequest heartbeat =
        HeartbeatRequest.newBuilder()
            .setEntityId(mall.entity)
            .setOrchestratorId("orch-001")
            .setStatus(OrchestratorStatus.ORCHESTRATOR_STATUS_HEALTHY)
            .setMetrics(OrchestratorMetrics.newBuilder().setCpuPercent(1))
            .setTimestamp(time)
            .build();
    BeaconRegistrationRequest device =
        BeaconRegistrationRequest.newBuilder()
            .setEntityId(mall.entity)
            .setDeviceId("aabbccddeeff001122334455")
            .setDeviceType("turnstile")
            .addCapabilities("unlock")
            .setLocation(
                BeaconLocation.newBuilder()
                    .setAreaId("a")
                    .setCoordinates(Location.newBuilder().setX(1)))
            .setRegisteredAt(time)
            .build();
    BeaconHeartbeatRequest beaconHeartbeat =
        BeaconHeartbeatRequest.newBuilder()
            .setBeaconId(beacon)
            .setEntityId(mall.entity)
            .setStatus(BeaconStatus.BEACON_STATUS_ONLINE)
            .setMetrics(BeaconMetrics.newBuilder().setTemperatureCelsius(20))
            .setTimestamp(time)
            .build();
    AccessLogsRequest logs =
        AccessLogsRequest.newBuilder()
            .setBeaconId(beacon)
            .setEntityId(mall.entity)
            .setBatchId("b-1")
            .setTotalLogs(1)
            .addLogs(
                AccessLog.newBuilder()
                    .setTimestamp(time)
                    .setUserId("user-1")
                    .setResult(AccessResult.ACCESS_RESULT_SUCCESS))
            .build();
    EventsRequest events = EventsRequest.newBuilder().setEntityId(mall.entity).build();
    SyncFullRequest full = SyncFullRequest.newBuilder().setEntityId(mall.entity).build();
    SyncDeltaRequest delta =
        SyncDeltaRequest.newBuilder().setEntityId(mall.entity).setSince(time).build();
    Map<String, Call> calls = new LinkedHashMap<>();
    for (String service :
        List.of("navign.orchestrator.sync.OrchestratorSync", "OrchestratorSync")) {
      calls.put(service + "/Register", new Call(register, "register-request"));
      calls.put(service + "/StreamEvents", new Call(events, null));
    }
    String navign = "navign.orchestrator.sync.OrchestratorSync/";
    calls.put(navign + "Heartbeat", new Call(heartbeat, "heartbeat-request"));
    calls.put("OrchestratorSync/ReportHeartbeat", new Call(heartbeat, "heartbeat-request"));
    calls.put(navign + "SyncFull", new Call(full, null));
    calls.put(navign + "SyncDelta", new Call(delta, null));
    calls.put(
        "OrchestratorSync/SyncData",
        new Call(SyncRequest.newBuilder().setEntityId(mall.entity).build(), null));
    calls.put(
        navign + "VerifyChecksum",
        new Call(ChecksumRequest.newBuilder().setEntityId(mall.entity).build(), null));
    calls.put(navign + "RegisterBeacon", new Call(device, "beacon-register-request"));
    calls.put(
        navign + "ReportBeaconHeartbeat", new Call(beaconHeartbeat, "beacon-heartbeat-request"));
    calls.put(navign + "UploadAccessLogs", new Call(logs, "access-logs-request"));
    return calls;
  }

  private static StatusRuntimeException call(String method, byte[] message, String... metadata) {
    Metadata sent = new Metadata();
    for (int i = 0; i < metadata.length; i += 2) {
      sent.put(Metadata.Key.of(metadata[i], Metadata.ASCII_STRING_MARSHALLER), metadata[i + 1]);
    }
    boolean stream = method.endsWith("/StreamEvents");
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.newBuilder(BYTES, BYTES)
            .setFullMethodName(method)
            .setType(stream ? MethodType.SERVER_STREAMING : MethodType.UNARY)
            .build();
    var there =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(sent));
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    try {
      if (stream) {
        ClientCalls.blockingServerStreamingCall(there, descriptor, options, message).next();
      } else {
        ClientCalls.blockingUnaryCall(there, descriptor, options, message);
      }
      return null;
    } catch (StatusRuntimeException e) {
      return e;
    }
  }

  private static String[] caller(String method) {
    return method.endsWith("/Register")
        ? new String[] {"x-signature", "AAAA"}
        : new String[] {"authorization", "Bearer " + mall.token};
  }

  private static Optional<ErrorResponse> told(StatusRuntimeException e)
      throws InvalidProtocolBufferException {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    if (status == null || status.getDetailsCount() == 0) {
      return Optional.empty();
    }
    Any first = status.getDetails(0);
    return Optional.of(first.unpack(ErrorResponse.class));
  }

  @Test
  void b1b7EveryGrpcMessageThatIsWrongIsRefusedWithItsField() throws Exception {
    String before = state();
    List<String> faults = new ArrayList<>();
    int tried = 0;
    for (Map.Entry<String, Call> each : calls().entrySet()) {
      Call call = each.getValue();
      WrongProtobuf messages = new WrongProtobuf(call.right());
      List<Wrong> wrong = new ArrayList<>(messages.values());
      if (call.schema() != null) {
        wrong.addAll(messages.missing(WrongMessages.schema(HOME, call.schema())));
      }
      for (Wrong one : wrong) {
        tried++;
        StatusRuntimeException e = call(each.getKey(), one.body(), caller(each.getKey()));
        Optional<ErrorResponse> told = e == null ? Optional.empty() : told(e);
        boolean right =
            e != null
                && e.getStatus().getCode() == Code.INVALID_ARGUMENT
                && (one.field().isEmpty()
                    || told.filter(error -> one.field().equals(error.getDetailsMap().get("field")))
                        .isPresent());
        if (!right) {
          faults.add(each.getKey() + " " + one.what() + " → " + e + " " + told);
        }
      }
    }
    assertThat(tried).isGreaterThan(80);
    assertThat(faults).isEmpty();
    assertThat(state()).isEqualTo(before);
    // so it was the fault that was refused
    for (Map.Entry<String, Call> each : calls().entrySet()) {
      if (!each.getKey().endsWith("/Register") && !each.getKey().endsWith("/StreamEvents")) {
        StatusRuntimeException e =
            call(each.getKey(), each.getValue().right().toByteArray(), caller(each.getKey()));
        assertThat(e).as(each.getKey()).isNull();
      }
    }
  }

  @Test
  void b11WhoProvesNothingIsRefusedBeforeItsMessageIsLookedAt() throws Exception {
    for (Map.Entry<String, Call> each : calls().entrySet()) {
      Message right = each.getValue().right();
      Message empty = right.getDefaultInstanceForType();
      for (byte[] message : List.of(right.toByteArray(), empty.toByteArray())) {
        StatusRuntimeException e = call(each.getKey(), message);
        assertThat(e).as(each.getKey()).isNotNull();
        assertThat(e.getStatus().getCode()).as(each.getKey()).isEqualTo(Code.UNAUTHENTICATED);
      }
    }
  }

  @Test
  void everyCallThatIsServedIsTried() {
    TreeSet<String> served = new TreeSet<>();
    for (ServiceDescriptor service :
        List.of(
            dev.drover.proto.grpc.navign.OrchestratorSyncGrpc.getServiceDescriptor(),
            dev.drover.proto.grpc.appendix.OrchestratorSyncGrpc.getServiceDescriptor())) {
      service.getMethods().stream()
          .filter(method -> !NOT_SERVED.contains(method.getBareMethodName()))
          .forEach(method -> served.add(method.getFullMethodName()));
    }
    assertThat(calls().keySet()).containsExactlyInAnyOrderElementsOf(served);
  }
}
