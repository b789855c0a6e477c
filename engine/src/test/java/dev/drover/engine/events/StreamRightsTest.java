package dev.drover.engine.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.sse.RawSse;
import dev.drover.engine.sse.StreamServer;
import dev.drover.engine.stream.StreamHeaders;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams end with the right of their caller. */
class StreamRightsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ROUTES =
      """
      - route:
          from:
            uri: sse:/sse
            steps:
              - bean: {ref: granter, method: grant}
      - route:
          from:
            uri: ws:/ws
            steps:
              - bean: {ref: granter, method: grant}
      """;

  /** Grants each caller the stream of mall-a, with the token that the header describes. */
  public static final class Granter {
    /** The token of the header {@code X-Caller}: a subject and the seconds that it lives. */
    public void grant(Exchange exchange) {
      String[] caller = exchange.getMessage().getHeader("X-Caller", String.class).split(" ");
      Principal principal =
          new Principal(
              new Grant(caller[0], Role.ORCHESTRATOR, "mall-a", Optional.empty()),
              Instant.now().plusSeconds(Long.parseLong(caller[1])),
              "jti");
      exchange.getMessage().setHeader(StreamHeaders.STREAM_KEY, "mall-a");
      exchange
          .getMessage()
          .setHeader(
              StreamHeaders.STREAM_ATTRIBUTES,
              Map.of("orchestrator_id", caller[0], StreamRequest.PRINCIPAL, principal));
    }
  }

  private final EventHub hub =
      new EventHub(
          new EmptyLog(), EventHubSettings.defaults().withMaxStreams(2), Clock.systemUTC());
  private final List<Short> codes = new CopyOnWriteArrayList<>();
  private StreamServer server;

  @BeforeEach
  void start() throws Exception {
    hub.open(new LogState("0a0b0c0d", List.of(0L)));
    server = new StreamServer(hub, Map.of("granter", new Granter()), ROUTES);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private RawSse sse(String caller) throws IOException {
    RawSse stream = new RawSse(server.port(), "/sse", "X-Caller: " + caller);
    assertThat(stream.next().type()).isEqualTo("connected");
    return stream;
  }

  private WebSocket ws(String caller) {
    return server
        .vertx()
        .createWebSocketClient()
        .connect(
            new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setURI("/ws")
                .addHeader("X-Caller", caller))
        .onSuccess(socket -> socket.closeHandler(gone -> codes.add(socket.closeStatusCode())))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  @Test
  void c2StreamsEndAtTheExpiryOfTheirToken() throws Exception {
    try (RawSse ends = sse("orch-1 1");
        RawSse stays = sse("orch-2 600")) {
      ws("orch-3 1");
      await().atMost(SOON).until(() -> codes.equals(List.of((short) 1008)));
      assertThatThrownBy(ends::next).isInstanceOf(IOException.class);
      assertThat(hub.connections())
          .extracting(stream -> stream.attributes().get("orchestrator_id"))
          .containsExactly("orch-2");
      assertThat(hub.ping("sse")).isEqualTo(1);
      assertThat(stays.next().type()).isEqualTo("ping");
    }
  }

  @Test
  void c2StreamsEndWhenTheirCallerIsRevoked() throws Exception {
    try (RawSse ends = sse("orch-1 600");
        RawSse stays = sse("orch-2 600")) {
      ws("orch-1 600");
      assertThat(hub.streams().end(caller -> caller.subject().equals("orch-1"), "revoked"))
          .isEqualTo(2);
      await().atMost(SOON).until(() -> codes.equals(List.of((short) 1008)));
      assertThatThrownBy(ends::next).isInstanceOf(IOException.class);
      hub.streams().checkRights(caller -> !caller.subject().equals("orch-2"));
      assertThatThrownBy(stays::next).isInstanceOf(IOException.class);
      assertThat(hub.connections()).isEmpty();
    }
  }

  @Test
  void b11TheRefusalOfAStreamTooManySaysWhenToComeBack() throws Exception {
    try (RawSse first = sse("orch-1 600");
        RawSse second = sse("orch-1 600");
        RawSse third =
            new RawSse(server.port(), "/sse", "X-Caller: orch-1 600", "X-Request-ID: r-17")) {
      assertThat(first.head()).isEqualTo(second.head()).startsWith("HTTP/1.1 200");
      assertThat(third.head())
          .startsWith("HTTP/1.1 429")
          .containsIgnoringCase("retry-after: ")
          .containsIgnoringCase("x-request-id: r-17\n")
          .containsIgnoringCase("cache-control: no-store\n");
      assertThat(hub.connections()).hasSize(2);
    }
  }

  /** A log in which nothing happens. */
  private static final class EmptyLog implements EventLog {
    @Override
    public String name() {
      return "empty";
    }

    @Override
    public LogState state() {
      return new LogState("0a0b0c0d", List.of(0L));
    }

    @Override
    public long beginning(int partition) {
      return 0;
    }

    @Override
    public long end(int partition) {
      return 0;
    }

    @Override
    public EventLogReader open(String epoch, Map<Integer, Long> from) {
      throw new LogUnavailableException("nothing can be read", new IllegalStateException());
    }

    @Override
    public void close() {
      // it has nothing
    }
  }
}
