package dev.drover.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.drover.cli.words.CliException;
import dev.drover.engine.sse.SseEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventTailTest {
  private final Queue<String> cursors = new ConcurrentLinkedQueue<>();
  private final Queue<SseEvent> events = new ConcurrentLinkedQueue<>();
  private final StringWriter notes = new StringWriter();
  private HttpServer server;
  private volatile int status = 200;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/events",
        exchange -> {
          String cursor = exchange.getRequestHeaders().getFirst("Last-Event-ID");
          String caller = exchange.getRequestHeaders().getFirst("Authorization");
          cursors.add(cursor + " " + caller);
          int number = cursors.size();
          byte[] body =
              (": hello\nretry: 10\n\nevent: data_update\nid: evt-"
                      + number
                      + "\ndata: {\"n\":"
                      + number
                      + "}\n\nevent: cut\ndata: never")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void connectsAgainAfterTheEndOfTheStreamWithTheLastId() throws InterruptedException {
    Thread reader =
        new Thread(
            () -> {
              try {
                tail().run("evt-0", events::add);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    reader.start();

    await().atMost(Duration.ofSeconds(60)).until(() -> events.size() >= 2);
    reader.interrupt();
    reader.join();

    assertThat(List.copyOf(cursors).subList(0, 2))
        .containsExactly("evt-0 Bearer secret", "evt-1 Bearer secret");
    assertThat(List.copyOf(events).subList(0, 2))
        .containsExactly(
            new SseEvent("evt-1", "data_update", "{\"n\":1}"),
            new SseEvent("evt-2", "data_update", "{\"n\":2}"));
    assertThat(notes.toString()).contains("The stream ended (end of stream)");
  }

  @Test
  void aRefusalEndsIt() {
    status = 403;

    assertThatThrownBy(() -> tail().run(null, events::add))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("403");
  }

  @Test
  void anEntityThatIsNotThereIsSaid() {
    server.createContext(
        "/api/entities/mall-a-uuid",
        exchange -> {
          byte[] body =
              "{\"error\":{\"code\":\"ENTITY_NOT_FOUND\"}}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(404, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });

    assertThatThrownBy(() -> tail().run(null, events::add))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("central knows no entity mall-a-uuid");
  }

  private EventTail tail() {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/events");
    return new EventTail(address, "mall-a-uuid", () -> "secret", new PrintWriter(notes, true));
  }
}
