package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.crypto.Role;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.LogEvent;
import dev.drover.engine.limit.ByteBudget;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers with valid tokens who ask for much and read nothing of it. */
class SlowReadersTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int READERS = 80;
  private static final long BUDGET = 48_000_000;

  /**
   * What the budget does not count is what threads have in their hands: 20 workers, each with one
   * document of 0.9 MB, as the database sends it, as text, as bytes, and in buffers that grow by
   * doubling; the embedded database is in this process too. All answers whole would be 2,900 MB.
   */
  private static final long IN_HANDS = 20 * 8 * 900_000L;

  private static final String ENTITY = "mall-large";
  private static final int DOCUMENTS = 40;
  private static final byte[] EVENT =
      ("{\"pad\":\"" + "e".repeat(200_000) + "\"}").getBytes(StandardCharsets.UTF_8);

  @TempDir static Path data;
  private static TestCentral central;

  @BeforeAll
  static void start() {
    central =
        new TestCentral(
            data,
            "--drover.limits.memory=" + BUDGET,
            "--drover.http.send-timeout=5s",
            "--drover.http.idle-timeout=5s");
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  private static void createLargeEntity() {
    String admin = central.admin();
    String entity = "{\"id\":\"" + ENTITY + "\"}";
    assertThat(central.post("/api/entities", admin, entity).status()).isEqualTo(201);
    String text = "t".repeat(900_000);
    for (int i = 0; i < DOCUMENTS; i++) {
      String json = "{\"id\":\"m" + i + "\",\"text\":\"" + text + "\"}";
      TestCentral.Answer made = central.post("/api/entities/" + ENTITY + "/merchants", admin, json);
      assertThat(made.status()).as(made.body()).isEqualTo(201);
    }
  }

  /** Asks and reads nothing, with as small a buffer as a socket can have. */
  private static Socket ask(String path, String token) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4 * 1024);
    socket.connect(new InetSocketAddress("127.0.0.1", URI.create(central.url()).getPort()));
    String request =
        "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(path, token);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static long liveHeap() {
    ManagementFactory.getMemoryMXBean().gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void a9WhoReadsNothingIsCutAndTheHeapStaysBounded() throws Exception {
    createLargeEntity();
    String token = central.token(Role.ORCHESTRATOR, ENTITY);
    EventHub hub = central.bean(EventHub.class);
    ByteBudget budget = central.bean(ByteBudget.class);
    await().atMost(SOON).until(() -> budget.used() == 0);
    long before = liveHeap();
    List<Socket> streams = new ArrayList<>();
    List<Socket> downloads = new ArrayList<>();
    try {
      for (int i = 0; i < READERS; i++) {
        streams.add(ask("/api/orchestrators/events?entity_id=" + ENTITY, token));
      }
      await().atMost(SOON).until(() -> hub.connections().size() == READERS);
      for (int i = 0; i < READERS; i++) {
        downloads.add(ask("/api/orchestrators/sync/full?entity_id=" + ENTITY, token));
      }
      await().atMost(SOON).until(() -> budget.used() > BUDGET / 2);
      assertBoundedAndAnswering(before, budget);
      LogEvent event = new LogEvent(null, ENTITY, "config_update", EVENT);
      await()
          .atMost(SOON)
          .until(
              () -> {
                hub.deliver("sse", event);
                return hub.stats().slowDropped() > 0;
              });
      for (int look = 0; look < 3; look++) {
        assertBoundedAndAnswering(before, budget);
      }
      // 5 s for an answer; 30 s for a stream, unless it had to make room before
      await().atMost(SOON).until(() -> hub.connections().isEmpty() && budget.used() == 0);
      for (Socket reader : downloads) {
        assertEnds(reader);
      }
      for (Socket reader : streams) {
        assertEnds(reader);
      }
      assertThat(liveHeap() - before).as("afterwards").isLessThan(BUDGET);
    } finally {
      for (Socket socket : streams) {
        socket.close();
      }
      for (Socket socket : downloads) {
        socket.close();
      }
    }
  }

  private static void assertBoundedAndAnswering(long before, ByteBudget budget) {
    assertThat(budget.used()).isLessThanOrEqualTo(BUDGET);
    assertThat(liveHeap() - before).isLessThan(BUDGET + IN_HANDS);
    assertAnswered("/health", null);
    assertAnswered("/api/entities/" + ENTITY, central.admin());
  }

  /** At once or, as 503 asks for, when tried again. */
  private static void assertAnswered(String path, String token) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              TestCentral.Answer answer = central.get(path, token);
              assertThat(answer.status()).as(answer.body()).isIn(200, 503);
              return answer.status() == 200;
            });
  }

  private static void assertEnds(Socket socket) throws IOException {
    socket.setSoTimeout((int) SOON.toMillis());
    byte[] piece = new byte[64 * 1024];
    long read = 0;
    try {
      InputStream in = socket.getInputStream();
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        read += n;
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (IOException e) {
      // it was reset
    }
    assertThat(read).as("bytes that were on their way").isLessThan(DOCUMENTS * 900_000L);
  }
}
