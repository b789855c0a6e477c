package dev.drover.engine.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.grpc.appendix.AppendixProto;
import dev.drover.proto.grpc.navign.SyncProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that no well-meaning client makes. */
class GrpcGateTest {
  private static final int OK = 0;
  private static final int INVALID_ARGUMENT = 3;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int UNAUTHENTICATED = 16;
  private static final int REFUSED_STREAM = 7;

  private static final String SERVICE = "navign.orchestrator.sync.OrchestratorSync/";
  private static final String HEARTBEAT = SERVICE + "Heartbeat";
  private static final String REGISTER = SERVICE + "Register";
  private static final String HEALTH = "grpc.health.v1.Health/Check";
  private static final int KIB = 1 << 10;

  private static final GrpcLimits LIMITS =
      new GrpcLimits(
          KIB << 10,
          20,
          30,
          5,
          Duration.ofMillis(1_500),
          Duration.ofMillis(1_500),
          Duration.ofMinutes(1));

  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          SyncProto.getDescriptor().findServiceByName("OrchestratorSync"),
          AppendixProto.getDescriptor().findServiceByName("OrchestratorSync"));

  private final ByteBudget budget = new ByteBudget(2_000 * KIB);
  private final List<RawHttp2> open = new ArrayList<>();
  private GrpcServer server;

  private static String routes() {
    StringBuilder routes = new StringBuilder();
    int number = 0;
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor method : service.getMethods()) {
        if (!method.isServerStreaming()) {
          boolean open = method.getName().equals("Register");
          routes.append(
              """
              - route:
                  id: r%d
                  from:
                    uri: grpc-call:%s/%s
                    parameters:
                      anonymous: %b
                    steps:
                      - setBody:
                          constant: "{}"
              """
                  .formatted(number++, service.getFullName(), method.getName(), open));
        }
      }
    }
    return routes.toString();
  }

  private void start(GrpcLimits limits) throws Exception {
    server =
        new GrpcServer(
            null,
            Map.of(),
            routes(),
            budget,
            authorization -> {
              if (!"Bearer good".equals(authorization)) {
                throw new ProtocolException(ErrorCode.AUTH_TOKEN_MISSING, "no token");
              }
            },
            limits);
  }

  private RawHttp2 client() throws Exception {
    RawHttp2 client = new RawHttp2(server.port().port());
    open.add(client);
    return client.preface();
  }

  @AfterEach
  void stop() throws Exception {
    for (RawHttp2 client : open) {
      client.close();
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> budget.used() == 0);
    server.close();
  }

  @Test
  void a3WithoutATokenACallEndsBeforeItsMessageIsRead() throws Exception {
    start(LIMITS);
    RawHttp2 client = client();
    client.call(1, HEARTBEAT);
    assertThat(client.status(1)).isEqualTo(UNAUTHENTICATED);
    client.call(3, HEARTBEAT, "authorization", "Bearer bad");
    assertThat(client.status(3)).isEqualTo(UNAUTHENTICATED);
    client.call(5, HEARTBEAT, "authorization", "Bearer good");
    client.data(5, new byte[5], true);
    assertThat(client.status(5)).isEqualTo(OK);
  }

  @Test
  void a3UnfinishedMessagesAreBoundedEachAndTogether() throws Exception {
    start(LIMITS);
    RawHttp2 client = client();
    // larger than any call takes: refused from its first five bytes
    client.call(1, REGISTER);
    client.message(1, 8 << 20, 10);
    assertThat(client.status(1)).isEqualTo(RESOURCE_EXHAUSTED);
    // larger than this call takes: refused when that much is there
    client.call(3, REGISTER);
    client.message(3, 600 * KIB, 50 * KIB);
    client.awaitWindow(3);
    client.data(3, new byte[16 * KIB], false);
    assertThat(client.status(3)).isEqualTo(RESOURCE_EXHAUSTED);
    assertThat(budget.used()).isLessThanOrEqualTo(64 * KIB);
  }

  @Test
  void a3ManyUnfinishedMessagesShareOneBudget() throws Exception {
    start(GrpcLimits.of(KIB << 10, 100, 30, 5));
    List<Integer> ended = new ArrayList<>();
    RawHttp2 client = client();
    // each of them has a fair size and lacks one byte
    Thread reader =
        new Thread(
            () -> {
              try {
                while (ended.size() < 5) {
                  RawHttp2.Frame frame = client.read();
                  if (frame.status() >= 0) {
                    ended.add(frame.status());
                  }
                }
              } catch (Exception e) {
                ended.add(-1);
              }
            });
    reader.start();
    for (int i = 0; i < 40; i++) {
      client.call(1 + 2 * i, REGISTER);
      client.message(1 + 2 * i, 60 * KIB, 60 * KIB - 1);
    }
    reader.join(20_000);
    assertThat(ended).isNotEmpty().containsOnly(RESOURCE_EXHAUSTED);
    assertThat(budget.used()).isBetween(1_000L * KIB, budget.bytes());
    client.close();
  }

  @Test
  void a3AnUnfinishedCallIsEndedAfterAWhile() throws Exception {
    start(LIMITS);
    RawHttp2 client = client();
    client.call(1, REGISTER);
    client.message(1, 60 * KIB, 50 * KIB);
    assertThat(client.status(1)).isEqualTo(DEADLINE_EXCEEDED);
    client.call(3, HEALTH);
    assertThat(client.status(3)).isEqualTo(DEADLINE_EXCEEDED);
  }

  /** The settings of the server are never acknowledged: the library would take any number. */
  @Test
  void a3MoreCallsThanAllowedAreRefusedThoughTheClientPromisedNothing() throws Exception {
    start(LIMITS);
    RawHttp2 client = client();
    int calls = 120;
    for (int i = 0; i < calls; i++) {
      client.call(1 + 2 * i, REGISTER);
    }
    int refused = 0;
    while (refused < calls - LIMITS.callsPerConnection()) {
      RawHttp2.Frame frame = client.read();
      assertThat(frame.type()).isEqualTo(RawHttp2.RST_STREAM);
      assertThat(frame.payload()[3]).isEqualTo((byte) REFUSED_STREAM);
      assertThat(frame.stream()).isGreaterThan(2 * LIMITS.callsPerConnection());
      refused++;
    }
    // those within the number are served
    client.data(1, new byte[5], true);
    assertThat(client.status(1)).isEqualTo(OK);
  }

  @Test
  void a3OneAddressHasItsShareOfConnectionsOnly() throws Exception {
    start(LIMITS);
    List<RawHttp2> let = new ArrayList<>();
    // the channel of the test's own server has one when it has called
    for (int i = 0; i < 5; i++) {
      RawHttp2 client = client();
      client.call(1, HEALTH);
      client.data(1, new byte[5], true);
      assertThat(client.status(1)).isEqualTo(OK);
      let.add(client);
    }
    assertThat(client().closed()).isTrue();
    let.get(0).close();
    await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .until(
            () -> {
              RawHttp2 client = client();
              client.call(1, HEALTH);
              client.data(1, new byte[5], true);
              return client.status(1) == OK;
            });
  }

  @Test
  void a3WhoSaysNothingIsCutAfterAWhile() throws Exception {
    start(LIMITS);
    RawHttp2 silent = new RawHttp2(server.port().port());
    open.add(silent);
    assertThat(silent.closed()).isTrue();
  }

  @Test
  void b11BytesThatAreNoMessageAreTheCallersFaultAtEveryMethod() throws Exception {
    start(LIMITS);
    byte[] noMessage = {0, 0, 0, 0, 3, 0x0A, 0x7F, 0x01};
    List<String> methods = new ArrayList<>();
    SERVICES.forEach(
        service ->
            service.getMethods().stream()
                .filter(method -> !method.isServerStreaming())
                .forEach(method -> methods.add(service.getFullName() + "/" + method.getName())));
    methods.addAll(
        List.of(
            HEALTH,
            "grpc.health.v1.Health/Watch",
            "grpc.reflection.v1.ServerReflection/" + "ServerReflectionInfo"));
    RawHttp2 client = client();
    int stream = 1;
    for (String method : methods) {
      client.call(stream, method, "authorization", "Bearer good");
      client.data(stream, noMessage, true);
      assertThat(client.status(stream)).as(method).isEqualTo(INVALID_ARGUMENT);
      stream += 2;
    }
    assertThat(methods).hasSizeGreaterThan(15);
  }
}
