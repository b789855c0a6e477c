package dev.drover.engine.ws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventHubSettings;
import dev.drover.engine.events.KafkaEventLog;
import dev.drover.engine.events.TestBroker;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.sse.StreamServer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The WebSocket server with a real client, and what clients may send. */
class WsServerTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String ROUTES =
      """
      - route:
          id: ws-stream
          from:
            uri: ws:/api/orchestrators/ws
            steps:
              - choice:
                  when:
                    - simple: "${header.access_token} != 'good'"
                      steps:
                        - setHeader: {name: CamelHttpResponseCode, expression: {constant: {expression: "401"}}}
                        - setBody: {expression: {constant: {expression: "{}"}}}
              - setHeader: {name: DroverStreamKey, expression: {constant: {expression: mall-a}}}
              - setHeader: {name: DroverStreamCursor, expression: {simple: {expression: "${header.last_event_id}"}}}
      - route:
          id: ws-frames
          from:
            uri: ws:frames
            steps:
              - setBody: {expression: {simple: {expression: '{"got":"${header.DroverFrameType}","of":"${header.DroverStreamKey}"}'}}}
              - setHeader: {name: DroverFrameReply, expression: {constant: {expression: "true"}}}
      - route:
          id: fan-out
          from:
            uri: event-log:drover.events
            steps:
              - to: {uri: "ws:events"}
      """;

  @TempDir static Path directory;
  private static TestBroker broker;
  private final ByteBudget budget = ByteBudget.ofHeap();
  private EventHub hub;
  private StreamServer server;
  private final BlockingQueue<JsonObject> frames = new LinkedBlockingQueue<>();

  @BeforeAll
  static void startBroker() {
    broker = new TestBroker(directory);
    broker.createTopic("drover.events", 2, Map.of());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void start() throws Exception {
    hub =
        new EventHub(
            new KafkaEventLog("drover.events", broker.client()),
            EventHubSettings.defaults().withMaxPendingBytes(64 << 20),
            Clock.systemUTC(),
            budget);
    server = new StreamServer(hub, Map.of(), ROUTES);
    await().atMost(SOON).until(hub::ready);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private WebSocket connect(String query) {
    WebSocketClient client =
        server
            .vertx()
            .createWebSocketClient(
                new WebSocketClientOptions()
                    .setMaxFrameSize(1 << 20)
                    .setReceiveBufferSize(8 * 1024));
    WebSocketConnectOptions options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(server.port())
            .setURI("/api/orchestrators/ws?" + query);
    return client
        .connect(options)
        .onSuccess(ws -> ws.textMessageHandler(text -> frames.add(new JsonObject(text))))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private JsonObject next() throws InterruptedException {
    JsonObject frame = frames.poll(60, TimeUnit.SECONDS);
    assertThat(frame).as("a frame within 10 s").isNotNull();
    return frame;
  }

  @Test
  void authorisesBeforeTheUpgrade() {
    assertThatThrownBy(() -> connect("access_token=bad"))
        .hasRootCauseInstanceOf(UpgradeRejectedException.class)
        .hasMessageContaining("401");
    assertThat(hub.connections()).isEmpty();
  }

  @Test
  void streamsEventsAndReplaysFromACursor() throws Exception {
    String cursor;
    WebSocket first = connect("access_token=good");
    JsonObject connected = next();
    assertThat(connected.getString("type")).isEqualTo("event");
    assertThat(connected.getString("event")).isEqualTo("connected");
    cursor = connected.getString("id");
    String large = "x".repeat(70_000);
    broker.send("drover.events", "mall-a", "data_update", "{\"n\":1}").get();
    broker.send("drover.events", "mall-a", "task_create", "{\"n\":\"" + large + "\"}").get();
    assertThat(next().getJsonObject("data").getInteger("n")).isEqualTo(1);
    JsonObject second = next();
    assertThat(second.getString("event")).isEqualTo("task_create");
    assertThat(second.getJsonObject("data").getString("n")).isEqualTo(large);
    first.close();
    connect("access_token=good&last_event_id=" + cursor);
    assertThat(next().getString("id")).isEqualTo(cursor);
    assertThat(next().getJsonObject("data").getInteger("n")).isEqualTo(1);
    assertThat(next().getString("id")).isEqualTo(second.getString("id"));
  }

  @Test
  void takesClientFramesAndOutlivesMalformedOnes() throws Exception {
    WebSocket socket = connect("access_token=good");
    next();
    socket.writeTextMessage("{\"type\":\"ping\"}");
    assertThat(next()).isEqualTo(new JsonObject("{\"type\":\"pong\"}"));
    for (String bad : new String[] {"nonsense", "[1]", "{\"type\":7}", "{}"}) {
      socket.writeTextMessage(bad);
      assertThat(next().getString("type")).as(bad).isEqualTo("error");
    }
    socket.writeTextMessage("{\"type\":\"ack\",\"event_ids\":[\"e\"]}");
    assertThat(next()).isEqualTo(new JsonObject("{\"got\":\"ack\",\"of\":\"mall-a\"}"));
    broker.send("drover.events", "mall-a", "data_update", "{\"n\":1}").get();
    assertThat(next().getString("event")).isEqualTo("data_update");
  }

  @Test
  void stoppingClosesWith1012() throws Exception {
    WebSocket socket = connect("access_token=good");
    next();
    server.context().getRouteController().stopRoute("ws-stream");
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(socket.closeStatusCode()).isEqualTo((short) 1012));
  }

  private static final String UPGRADE =
      "Connection: keep-alive, Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13|"
          + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";

  private Socket send(String headers) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(20_000);
    String head = "GET /api/orchestrators/ws?access_token=good HTTP/1.1|Host: a|" + headers + "||";
    socket.getOutputStream().write(head.replace("|", "\r\n").getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static String head(DataInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.readUnsignedByte());
    }
    return head.toString();
  }

  /** The frames that come until the server closes the connection, by opcode and payload. */
  private static List<String> rest(DataInputStream in) throws IOException {
    List<String> frames = new ArrayList<>();
    for (int first = in.read(); first >= 0; first = in.read()) {
      int length = in.readUnsignedByte();
      byte[] payload = new byte[length == 126 ? in.readUnsignedShort() : length];
      in.readFully(payload);
      String text = new String(payload, StandardCharsets.UTF_8);
      boolean close = (first & 0x0F) == 8;
      String code = close ? ((payload[0] & 0xFF) << 8 | payload[1] & 0xFF) + " " : "";
      frames.add((close ? "close " + code + text.substring(2) : "data"));
    }
    return frames;
  }

  /** RFC 6455, sections 5.5.1 and 7.4.1. */
  @ParameterizedTest
  @CsvSource({
    "1009, 82 FF 00 00 00 00 00 10 00 00 00 00 00 00", // 1 MiB in one frame
    "1002, 83 80 00 00 00 00", // a reserved opcode
    "1002, 81 02 41 41", // not masked
    "1002, 80 80 00 00 00 00", // a continuation of nothing
    "1002, 09 80 00 00 00 00", // a ping in pieces
    "1002, 89 FE 00 7E 00 00 00 00", // a ping of 126 bytes
    "1007, 81 81 00 00 00 00 FF", // no UTF-8
  })
  void whatBreaksTheProtocolIsToldAndNothingFollows(int code, String bytes) throws Exception {
    try (Socket socket = send(UPGRADE)) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      assertThat(head(in)).startsWith("HTTP/1.1 101");
      await().atMost(SOON).until(() -> hub.connections().size() == 1);
      byte[] frame = HexFormat.ofDelimiter(" ").parseHex(bytes);
      socket.getOutputStream().write(frame);
      await().atMost(SOON).until(() -> hub.connections().isEmpty());
      // Another reader of the same key has seen what came after.
      connect("access_token=good");
      next();
      broker.send("drover.events", "mall-a", "data_update", "{\"n\":1}").get();
      assertThat(next().getString("event")).isEqualTo("data_update");
      socket.getOutputStream().write(new byte[] {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0});
      socket.shutdownOutput();
      List<String> seen = rest(in);
      assertThat(seen.get(seen.size() - 1))
          .startsWith("close " + code + " ")
          .hasSizeGreaterThan(12);
      assertThat(seen).filteredOn(sent -> sent.startsWith("close")).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Connection: keep-alive|, 400, Connection",
    "Sec-WebSocket-Version: 12|, 426, Sec-WebSocket-Version",
    "X-No-Version: 1|, 426, Sec-WebSocket-Version",
    "Sec-WebSocket-Key: AAAA, 400, Sec-WebSocket-Key",
    "X-No-Key: 1, 400, Sec-WebSocket-Key",
  })
  void aHandshakeThatIsNoneIsAnsweredInTheProtocolsForm(String instead, int status, String named)
      throws Exception {
    String other = instead.replaceFirst("X-No-(\\w+): 1", "Sec-WebSocket-$1: ");
    String name = other.substring(0, other.indexOf(':') + 1);
    String headers = UPGRADE.replaceFirst(name + "[^|]*\\|?", instead) + "|Connection: close";
    try (Socket socket = send(headers.replace("||", "|"))) {
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer)
          .startsWith("HTTP/1.1 " + status)
          .contains("\"code\":\"VALIDATION_FAILED\"", named)
          .containsIgnoringCase("sec-websocket-version: 13\r\n");
      assertThat(hub.connections()).isEmpty();
    }
  }

  @Test
  void a9WhatWaitsForAReaderIsTakenFromTheBudgetOfTheProcess() throws Exception {
    WebSocket slow = connect("access_token=good");
    next();
    slow.pause();
    try (ByteBudget.Part others = budget.take(budget.bytes() - 2_000_000)) {
      for (int n = 0; n < 30; n++) {
        String json = "{\"pad\":\"" + "x".repeat(700_000) + "\"}";
        broker.send("drover.events", "mall-a", "data_update", json).get();
      }
      await().atMost(SOON).until(() -> hub.stats().slowDropped() == 1);
      await().atMost(SOON).until(() -> budget.used() == others.held());
      assertThat(hub.connections()).isEmpty();
    }
  }
}
