package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.RawHttp;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.crypto.Role;
import dev.drover.proto.grpc.navign.OrchestratorSyncGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a caller hears of odd requests is in plain words: no name of a Java class and no stack
 * trace, at any door of a central and of a mall.
 */
class PlainWordsTest {
  private static final Pattern JAVA =
      Pattern.compile(
          "\\b(?:com|org|java|javax|jakarta|io|dev|sun|jdk|net|ch)\\.(?:[a-z]\\w*\\.)+[A-Z]\\w*"
              + "|[a-z]Exception\\b|[a-z]Error\\b|\\.java:\\d+|lambda\\$|\\$\\$");

  private static final List<String> BODIES =
      List.of(
          "{\"",
          "[1]",
          "null",
          "{\"id\":1e999,\"status\":7,\"timestamp\":[],\"metrics\":\"x\"}",
          "{\"id\":{\"a\":[]},\"public_key\":\"no key\",\"event_ids\":[{}],\"collections\":7}",
          "{\"id\":\"\\ud800\",\"name\":\"\\u0000\"}",
          "{\"id\":" + "9".repeat(400) + "}",
          "[".repeat(3_000),
          "{\"jwe\":\"a.b.c.d.e\",\"items\":[{\"seq\":-1,\"type\":7}]}",
          "{\"id\":\"\u00c0\u00af\"}");

  private static final List<String> ODD_QUERIES =
      List.of("", "?limit=x&cursor=%00&since=y", "?last_event_id=evt-" + "9".repeat(30) + "-1");

  private static final CentralProcess CENTRAL = Shared.central();
  private static final OrchestratorProcess MALL = OrchestratorProcess.of(CENTRAL, "plain-words");

  @BeforeAll
  static void start() {
    MALL.start();
  }

  @AfterAll
  static void stop() {
    MALL.close();
  }

  private static void plain(String what, String answer) {
    assertThat(JAVA.matcher(answer).results().map(found -> found.group()).toList())
        .as(what + ": " + answer)
        .isEmpty();
  }

  private static String request(
      JavaProcess process, Contracts.Operation operation, String path, String query, String body) {
    String token =
        process == CENTRAL ? CENTRAL.admin() : CENTRAL.token(Role.OPERATOR, MALL.entity(), "olga");
    return RawHttp.send(
        process.port(),
        "%s %s%s HTTP/1.1\r\nHost: drover\r\nConnection: close\r\nAuthorization: Bearer %s\r\nX-Signature: AA==\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(operation.method(), path, query, token, body.length(), body));
  }

  private static int everyOperation(JavaProcess process, List<Contracts.Operation> operations) {
    int errors = 0;
    for (Contracts.Operation operation : operations) {
      // A stream that is granted never ends.
      if (operation.id().startsWith("event")) {
        continue;
      }
      List<String> answers = new ArrayList<>();
      for (String entity : List.of("plain-words", "%c0%af", "$%7Bx%7D;..", "a".repeat(3_000))) {
        String path = operation.path(entity);
        ODD_QUERIES.forEach(query -> answers.add(request(process, operation, path, query, "")));
      }
      if (operation.takesBody()) {
        String path = operation.path("plain-words");
        BODIES.forEach(body -> answers.add(request(process, operation, path, "", body)));
      }
      answers.forEach(answer -> plain(operation.id(), answer));
      errors += (int) answers.stream().filter(answer -> answer.startsWith("HTTP/1.1 4")).count();
    }
    return errors;
  }

  @Test
  void restAnswersInPlainWords() {
    assertThat(everyOperation(CENTRAL, Contracts.central())).isGreaterThan(200);
    assertThat(everyOperation(MALL, Contracts.mall())).isGreaterThan(100);
    for (JavaProcess process : List.of(CENTRAL, MALL)) {
      plain("health", new Api(process.url()).get("/health", null).toString());
      String management = process.setting("DROVER_MANAGEMENT_PORT");
      for (String port : List.of(String.valueOf(process.port()), management)) {
        for (String odd :
            List.of(
                "GET / HTTP/9.9\r\n\r\n",
                "G\u0001T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a|{b} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /actuator/none?x=%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "POST /actuator/prometheus HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                "GET /actuator/prometheus HTTP/1.1\r\nHost: a\r\nAccept: x\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n")) {
          plain(odd, RawHttp.send(Integer.parseInt(port), odd));
        }
      }
    }
  }

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

  @Test
  void grpcStatusesAreInPlainWords() throws InterruptedException {
    List<byte[]> messages =
        List.of(
            new byte[0],
            new byte[] {0x0A, 0x7F, 0x01},
            new byte[] {0x0A, 0x02, (byte) 0xC0, (byte) 0xAF},
            new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F},
            new byte[] {0x0A, 0x02, 'm', '1', 0x12, 0x02, '{', '"', 0x1A, 0x01, 0x00});
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("central", CENTRAL.grpcPort());
    ports.put("mall", Integer.parseInt(MALL.setting("DROVER_GRPC_PORT")));
    int refused = 0;
    for (Map.Entry<String, Integer> door : ports.entrySet()) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", door.getValue()).usePlaintext().build();
      for (String method : methods()) {
        for (byte[] message : messages) {
          for (String token : List.of("x.y.z", CENTRAL.admin())) {
            String status = call(channel, method, message, token);
            plain(door.getKey() + " " + method, status);
            refused += status.startsWith("OK") ? 0 : 1;
          }
        }
      }
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    assertThat(refused).isGreaterThan(100);
  }

  private static List<String> methods() {
    List<String> methods = new ArrayList<>();
    for (var service :
        List.of(
            OrchestratorSyncGrpc.getServiceDescriptor(),
            dev.drover.proto.grpc.appendix.OrchestratorSyncGrpc.getServiceDescriptor())) {
      service.getMethods().stream()
          .filter(method -> method.getType() == MethodDescriptor.MethodType.UNARY)
          .forEach(method -> methods.add(method.getFullMethodName()));
    }
    methods.addAll(List.of("grpc.health.v1.Health/Check", "no.such.Service/Call"));
    return methods;
  }

  private static String call(ManagedChannel channel, String name, byte[] message, String token) {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(name)
            .build();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    try {
      ClientCalls.blockingUnaryCall(
          ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
          method,
          CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
          message);
      return "OK";
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      StringBuilder text = new StringBuilder(status.getCode() + " " + status.getDescription());
      for (String key : e.getTrailers() == null ? List.<String>of() : e.getTrailers().keys()) {
        text.append(' ').append(key).append('=');
        if (key.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
          byte[] value = e.getTrailers().get(Metadata.Key.of(key, Metadata.BINARY_BYTE_MARSHALLER));
          text.append(new String(value, StandardCharsets.ISO_8859_1));
        } else {
          text.append(e.getTrailers().get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER)));
        }
      }
      // The types of the details are names of messages.
      return text.toString().replaceAll("type\\.googleapis\\.com/[\\w.]+", "");
    }
  }

  private static String talk(int port, byte[]... pieces) throws IOException {
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(500);
      for (byte[] piece : pieces) {
        socket.getOutputStream().write(piece);
      }
      byte[] buffer = new byte[4096];
      for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
        heard.write(buffer, 0, n);
      }
    } catch (SocketTimeoutException e) {
      // It keeps the connection: what came until then is the answer.
      assertThat(e).isNotNull();
    }
    return heard.toString(StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A frame whose mask is zeros. */
  private static byte[] frame(int first, String payload) {
    return ascii(
        (char) first
            + ""
            + (char) (0x80 | payload.length())
            + "\u0000\u0000\u0000\u0000"
            + payload);
  }

  @Test
  void webSocketsAreAnsweredAndClosedInPlainWords() throws IOException {
    byte[] upgrade =
        ascii(
            "GET /api/orchestrators/ws HTTP/1.1\r\nHost: central\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer "
                + CENTRAL.orchestratorToken("plain-words", "orch-plain-words-001", "orch-001")
                + "\r\n\r\n");
    List<byte[]> frames =
        List.of(
            ascii("\u0081\u0002{}"),
            frame(0x83, "x"),
            frame(0x91, "x"),
            frame(0x81, "\u00c0\u00af"),
            ascii(
                "\u0081\u00ff\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0000\u0000\u0000\u0000"),
            frame(0x80, "x"),
            frame(0x88, "x"),
            frame(0x88, "\u0000\u0001"),
            frame(0x81, "{\""),
            frame(0x81, "[7]"),
            frame(0x81, "{\"type\":7}"),
            frame(0x81, "{\"type\":\"ack\",\"event_ids\":[{}]}"),
            frame(0x81, "{\"type\":\"heartbeat\",\"status\":{}}"));
    int answered = 0;
    for (byte[] frame : frames) {
      String heard = talk(CENTRAL.port(), upgrade, frame);
      plain("frame " + new String(frame, StandardCharsets.ISO_8859_1), heard);
      answered += heard.startsWith("HTTP/1.1 101") ? 1 : 0;
    }
    assertThat(answered).isEqualTo(frames.size());
  }

  @Test
  void mqttAnswersInPlainWords() throws IOException {
    int port = Integer.parseInt(MALL.setting("DROVER_MQTT_PORT"));
    String five = "\u0000\u0004MQTT\u0005";
    for (String connect :
        List.of(
            five + "\u0002\u0000\n\u0000\u0000\u0001x",
            five + "\u00c2\u0000\n\u0000\u0000\u0001x\u0000\u0001u\u0000\u0001p",
            five + "\u0001\u0000\n\u0000\u0000\u0001x",
            "\u0000\u0004MQTT\u0009\u0002\u0000\n\u0000\u0000\u0001x",
            "\u0000\u0004MQXX\u0005\u0002\u0000\n\u0000\u0000\u0001x")) {
      plain("MQTT", talk(port, ascii("\u0010" + (char) connect.length() + connect)));
    }
    plain("MQTT", talk(port, ascii("\u0030\u0003\u0000\u0001a")));
    plain("MQTT", talk(port, ascii("GET / HTTP/1.1\r\n\r\n")));
  }
}
