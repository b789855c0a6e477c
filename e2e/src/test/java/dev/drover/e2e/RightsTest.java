package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Rights;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttToken;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every role at every door against the one table of rights: REST, WebSocket, gRPC and MQTT. Each
 * logs in as what it is: an orchestrator registers, a beacon signs, people have tokens.
 */
class RightsTest {
  private static final CentralProcess CENTRAL = Shared.central();
  private static final List<Rights.Row> AT_CENTRAL = Rights.below("Central");
  private static final List<Rights.Row> AT_A_MALL = Rights.below("A mall");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Somebody with a token. */
  private record Person(Role role, String scope, String entity) {
    /** An orchestrator's limits are its own: each call comes from a fresh one. */
    String token() {
      return role == Role.ORCHESTRATOR
          ? new Mall(entity, "orch-" + System.nanoTime())
              .register(CENTRAL.api())
              .path("token")
              .asText()
          : CENTRAL.token(role, scope, "s-" + System.nanoTime());
    }

    String name() {
      return role.wire() + (scope.equals(Grant.EVERY_ENTITY) ? " of *" : "");
    }
  }

  private static List<Person> people(String entity) {
    List<Person> people = new ArrayList<>();
    for (Role role : Role.values()) {
      people.add(new Person(role, entity, entity));
    }
    people.add(new Person(Role.OPERATOR, Grant.EVERY_ENTITY, entity));
    people.add(new Person(Role.ADMIN, Grant.EVERY_ENTITY, entity));
    return people;
  }

  private static String entity;
  private static OrchestratorProcess mall;

  @BeforeAll
  static void oneMall() {
    entity = Mall.fresh("rights").entity();
    mall = OrchestratorProcess.of(CENTRAL, entity);
    mall.start();
    String operator = CENTRAL.token(Role.OPERATOR, entity, "olga");
    await()
        .atMost(PATIENCE)
        .until(() -> new Api(mall.url()).get("/api/orchestrator/state", operator).status() == 200);
  }

  @AfterAll
  static void leave() {
    mall.close();
  }

  @Test
  void theTableNamesEachOperationAndNoOther() {
    assertThat(AT_CENTRAL)
        .extracting(Rights.Row::operation)
        .containsExactlyInAnyOrderElementsOf(
            Contracts.central().stream().map(Contracts.Operation::id).toList());
    assertThat(AT_A_MALL)
        .extracting(Rights.Row::operation)
        .containsExactlyInAnyOrderElementsOf(
            Contracts.mall().stream().map(Contracts.Operation::id).toList());
  }

  private static void assertAnswer(boolean granted, String answer) {
    if (granted) {
      assertThat(answer).doesNotContain("FORBIDDEN", "AUTH_TOKEN_MISSING").doesNotStartWith("500");
    } else {
      assertThat(answer).startsWith("403").contains("\"FORBIDDEN\"");
    }
  }

  @TestFactory
  List<DynamicTest> eachRoleMayDoAtCentralWhatTheTableGrantsAndNothingElse() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Contracts.Operation operation : Contracts.central()) {
      Rights.Row row = Rights.of(AT_CENTRAL, operation.id());
      if (row.open()) {
        continue;
      }
      for (Person person : people(entity)) {
        boolean granted = row.grants(person.role(), person.scope());
        tests.add(
            DynamicTest.dynamicTest(
                person.name() + (granted ? " may " : " may not ") + operation.id(),
                () -> assertAnswer(granted, operation.answerOf(CENTRAL, person.token(), entity))));
      }
      tests.add(
          DynamicTest.dynamicTest(
              "nobody may " + operation.id(),
              () ->
                  assertThat(operation.answerOf(CENTRAL, null, entity))
                      .startsWith("401")
                      .contains("AUTH_TOKEN_MISSING")));
    }
    return tests;
  }

  @TestFactory
  List<DynamicTest> eachRoleMayDoAtAMallWhatTheTableGrantsAndNothingElse() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Contracts.Operation operation : Contracts.mall()) {
      Rights.Row row = Rights.of(AT_A_MALL, operation.id());
      if (row.open() && !row.signed()) {
        continue;
      }
      for (Person person : people(entity)) {
        boolean granted = !row.signed() && row.grants(person.role(), person.scope());
        tests.add(
            DynamicTest.dynamicTest(
                person.name() + (granted ? " may " : " may not ") + operation.id(),
                () -> assertAnswer(granted, operation.answerOf(mall, person.token(), entity))));
      }
      if (!operation.id().startsWith("beaconChallenge")) {
        tests.add(
            DynamicTest.dynamicTest(
                "nobody may " + operation.id(),
                () ->
                    assertThat(operation.answerOf(mall, null, entity))
                        .startsWith("4")
                        .doesNotStartWith("404")));
      }
    }
    return tests;
  }

  /** The methods of both services, each with its row of the table. */
  private static Map<MethodDescriptor<?, ?>, Rights.Row> methods() {
    Map<MethodDescriptor<?, ?>, Rights.Row> methods = new java.util.LinkedHashMap<>();
    for (ServiceDescriptor service :
        List.of(
            OrchestratorSyncGrpc.getServiceDescriptor(),
            dev.drover.proto.grpc.appendix.OrchestratorSyncGrpc.getServiceDescriptor())) {
      String prefix = service.getName().startsWith("navign") ? "" : "/";
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        AT_CENTRAL.stream()
            .filter(
                row ->
                    List.of(row.doors().get(0).split(" "))
                        .contains(prefix + method.getBareMethodName()))
            .findFirst()
            .ifPresent(row -> methods.put(method, row));
      }
    }
    return methods;
  }

  @TestFactory
  List<DynamicTest> eachRoleMayDoOverGrpcWhatTheTableGrantsAndNothingElse() {
    Map<MethodDescriptor<?, ?>, Rights.Row> methods = methods();
    assertThat(methods.values()).extracting(Rights.Row::operation).contains("beaconAccessLogs");
    List<DynamicTest> tests = new ArrayList<>();
    methods.forEach(
        (method, row) -> {
          if (row.open()) {
            return;
          }
          for (Person person : people(entity)) {
            boolean granted = row.grants(person.role(), person.scope());
            tests.add(
                DynamicTest.dynamicTest(
                    person.name() + (granted ? " may " : " may not ") + method.getFullMethodName(),
                    () -> {
                      String refusal = call(method, person.token());
                      if (granted) {
                        assertThat(refusal).doesNotContain("FORBIDDEN", "AUTH_TOKEN_MISSING");
                      } else {
                        assertThat(refusal).isEqualTo("PERMISSION_DENIED FORBIDDEN");
                      }
                    }));
          }
          tests.add(
              DynamicTest.dynamicTest(
                  "nobody may " + method.getFullMethodName(),
                  () ->
                      assertThat(call(method, null))
                          .isEqualTo("UNAUTHENTICATED AUTH_TOKEN_MISSING")));
        });
    return tests;
  }

  /** Status and code of what a call with the caller's own entity is refused with, or nothing. */
  @SuppressWarnings("unchecked")
  private static String call(MethodDescriptor<?, ?> any, String token) {
    MethodDescriptor<Message, Message> method = (MethodDescriptor<Message, Message>) any;
    Message empty =
        ((MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller())
            .getMessagePrototype();
    Message.Builder request = empty.newBuilderForType();
    var named = request.getDescriptorForType().findFieldByName("entity_id");
    if (named != null) {
      request.setField(named, entity);
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", CENTRAL.grpcPort()).usePlaintext().build();
    try {
      Metadata metadata = new Metadata();
      if (token != null) {
        metadata.put(
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
      }
      Iterator<Message> answers =
          ClientCalls.blockingServerStreamingCall(
              io.grpc.ClientInterceptors.intercept(
                  channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
              method,
              CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
              request.build());
      answers.next();
      return "";
    } catch (StatusRuntimeException e) {
      String code =
          e.getTrailers().get(Metadata.Key.of("x-error-code", Metadata.ASCII_STRING_MARSHALLER));
      return Status.fromThrowable(e).getCode() + " " + code;
    } finally {
      channel.shutdownNow();
    }
  }

  @TestFactory
  List<DynamicTest> eachRoleMaySendInFramesWhatTheTableGrantsAndNothingElse() {
    List<DynamicTest> tests = new ArrayList<>();
    Rights.Row socket = Rights.of(AT_CENTRAL, "eventSocket");
    for (Rights.Row row : AT_CENTRAL) {
      if (row.doors().get(1).isEmpty()) {
        continue;
      }
      for (Person person : people(entity)) {
        // A token for every entity opens no stream without naming one.
        if (!socket.grants(person.role(), person.scope()) || !person.scope().equals(entity)) {
          continue;
        }
        boolean granted = row.grants(person.role(), person.scope());
        tests.add(
            DynamicTest.dynamicTest(
                person.name() + (granted ? " may send " : " may not send ") + row.doors().get(1),
                () -> {
                  String answer = frame(person.token(), row.doors().get(1));
                  if (granted) {
                    assertThat(answer).doesNotContain("FORBIDDEN");
                  } else {
                    assertThat(answer).contains("\"FORBIDDEN\"");
                  }
                }));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(6);
    return tests;
  }

  private static String frame(String token, String type) throws InterruptedException {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    WebSocket socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + token)
            .buildAsync(
                URI.create(CENTRAL.url().replace("http", "ws") + "/api/orchestrators/ws"),
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onText(
                      WebSocket from, CharSequence text, boolean last) {
                    told.add(text.toString());
                    from.request(1);
                    return null;
                  }
                })
            .join();
    try {
      ObjectNode frame = Api.JSON.createObjectNode().put("type", type).put("status", "healthy");
      frame.putArray("event_ids").add("evt-1");
      socket.sendText(frame.toString(), true).join();
      while (true) {
        String text = told.poll(30, TimeUnit.SECONDS);
        assertThat(text).as("an answer").isNotNull();
        if (text.contains("\"error\"") || text.contains("\"acknowledged\"")) {
          return text;
        }
      }
    } finally {
      socket.abort();
    }
  }

  /** A device that signs. */
  private static final class Device {
    private final String name;
    private final KeyPair key = PrivateKeys.generate();

    Device(String name) {
      this.name = name;
    }

    private String nonce() {
      String body = Api.JSON.createObjectNode().put("device_id", name).toString();
      return new Api(mall.url())
          .call("POST", "/beacons/challenge")
          .json(body)
          .send()
          .json()
          .path("nonce")
          .asText();
    }

    Api.Answer report(String kind, ObjectNode body) {
      String nonce = nonce();
      return new Api(mall.url())
          .call("POST", "/beacons/" + kind)
          .json(body.toString())
          .header("X-Device-ID", name)
          .header("X-Nonce", nonce)
          .header("X-Signature", single(nonce + body))
          .send();
    }

    private String single(String text) {
      try {
        java.security.Signature signer = java.security.Signature.getInstance("SHA256withECDSA");
        signer.initSign(key.getPrivate());
        signer.update(text.getBytes(StandardCharsets.UTF_8));
        return java.util.Base64.getEncoder().encodeToString(signer.sign());
      } catch (java.security.GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    String password() {
      String nonce = nonce();
      return nonce + "." + single(nonce);
    }

    ObjectNode registration() {
      ObjectNode body = Api.JSON.createObjectNode().put("device_id", name);
      body.put("device_type", "turnstile").put("firmware_version", "1.0.0");
      return body.put("public_key", PublicKeys.toPem((ECPublicKey) key.getPublic()));
    }
  }

  private static MqttClient login(String user, String password) throws MqttException {
    MqttClient client =
        new MqttClient(
            "tcp://127.0.0.1:" + mall.setting("DROVER_MQTT_PORT"), user, new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(user);
    options.setPassword(password.getBytes(StandardCharsets.UTF_8));
    options.setAutomaticReconnect(false);
    client.setTimeToWait(10_000);
    client.connect(options);
    return client;
  }

  private static boolean writes(Device device, String topic) throws MqttException {
    MqttClient client = login(device.name, device.password());
    try {
      MqttToken token =
          client
              .getTopic(topic)
              .publish(new MqttMessage("{}".getBytes(StandardCharsets.UTF_8), 1, false, null));
      token.waitForCompletion(10_000);
      return Arrays.stream(token.getReasonCodes()).noneMatch(reason -> reason >= 0x80);
    } catch (MqttException e) {
      return false;
    } finally {
      client.disconnectForcibly(0, 1_000);
      client.close(true);
    }
  }

  @Test
  void aBeaconMayDoOverHttpAndMqttWhatTheTableGrantsAndNothingElse() throws MqttException {
    Device device = new Device("gate-1");
    JsonNode registered = device.report("register", device.registration()).json();
    String id = registered.path("beacon_id").asText();
    assertThat(id).isNotEmpty();
    ObjectNode alive = Api.JSON.createObjectNode().put("beacon_id", id).put("status", "online");
    assertThat(device.report("heartbeat", alive).status()).isEqualTo(200);
    Device other = new Device("gate-2");
    other.report("register", other.registration());
    assertThat(other.report("heartbeat", alive).status()).isEqualTo(403);
    List<String> granted =
        AT_A_MALL.stream()
            .map(row -> row.doors().get(0).replace("`", "").replace("{own}", id))
            .filter(topic -> !topic.isEmpty())
            .toList();
    assertThat(granted).hasSizeGreaterThanOrEqualTo(2);
    for (String topic : granted) {
      assertThat(writes(device, topic)).as(topic).isTrue();
    }
    for (String topic :
        List.of("beacons/other/heartbeat", "mall/data_update", "commands/" + id, "drover/uplink")) {
      assertThat(writes(device, topic)).as(topic).isFalse();
    }
  }

  /** Whoever has a token has none for the broker. */
  @Test
  void noTokenIsAPasswordOfTheBroker() {
    for (Person person : people(entity)) {
      String token = person.token();
      assertThatThrownBy(() -> login(person.role().wire(), token))
          .as(person.name())
          .isInstanceOf(MqttException.class);
    }
  }
}
