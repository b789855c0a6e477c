package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A central that does not answer is asked rarely, by one request, until it is there again. */
class CentralBreakerTest extends MallTestBase {

  /** Takes each connection, reads who asks, and hangs up. */
  private static final class HangsUp implements AutoCloseable {
    private final ServerSocket socket;
    private final AtomicInteger requests = new AtomicInteger();

    HangsUp(int port) throws IOException {
      socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
      Thread thread = new Thread(this::run, "hangs-up");
      thread.setDaemon(true);
      thread.start();
    }

    private void run() {
      while (!socket.isClosed()) {
        try (Socket one = socket.accept()) {
          one.setSoTimeout(1_000);
          String line =
              new BufferedReader(
                      new InputStreamReader(one.getInputStream(), StandardCharsets.US_ASCII))
                  .readLine();
          // The event stream has waits of its own, and is what tells first that central is back.
          if (line != null && !line.contains("/events")) {
            requests.incrementAndGet();
          }
        } catch (IOException e) {
          // the next one
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static String cause(TestMall mall) {
    return mall.get("/health", null).json().path("problems").findValuesAsText("cause").toString();
  }

  private static CircuitBreaker.State state(CircuitBreaker breaker) {
    return breaker.getState();
  }

  @Test
  void aCentralThatIsAwayIsAskedByOneRequestAfterEachPause() throws IOException {
    try (TestMall mall =
        settled(
            Map.of(
                "drover.central.breaker-failures", "3",
                "drover.central.breaker-pause", "4s",
                "drover.heartbeat.interval", "200ms"))) {
      CircuitBreaker breaker = mall.context.getBean(CircuitBreaker.class);
      central.goAway();
      try (HangsUp away = new HangsUp(URI.create(central.url()).getPort())) {
        await().atMost(SOON).until(() -> state(breaker) == CircuitBreaker.State.OPEN);
        assertThat(cause(mall))
            .contains("3 requests in a row got no answer")
            .contains("none is sent for 4000 ms: the circuit breaker is open");
        int opened = away.requests.get();
        assertThat(opened).isBetween(1, 6);
        await()
            .during(Duration.ofSeconds(2))
            .atMost(SOON)
            .until(() -> away.requests.get() == opened);
        assertThat(breaker.getMetrics().getNumberOfNotPermittedCalls()).isPositive();
        await().atMost(SOON).until(() -> away.requests.get() > opened);
        await()
            .during(Duration.ofSeconds(2))
            .atMost(SOON)
            .until(() -> away.requests.get() == opened + 1);
      }
      central.listen();
      central.data.put("areas", "back", "{\"id\":\"back\"}");
      await().atMost(SOON).until(() -> state(breaker) == CircuitBreaker.State.CLOSED);
      await().atMost(SOON).until(() -> !cause(mall).contains("circuit breaker"));
      central.tell("evt-back");
      awaitSame(mall);
      await().atMost(SOON).until(() -> acked("evt-back"));
    }
  }

  @Test
  void whoRefusesAsCentralDoesIsThere() {
    try (TestMall mall =
        settled(
            Map.of(
                "drover.central.breaker-failures", "2",
                "drover.central.breaker-pause", "1h",
                "drover.central.read-retries", "0s,0s,0s,0s"))) {
      int before = central.count(SYNC + "delta");
      central.refuse(SYNC + "delta", 503, 4);
      central.data.put("areas", "new", "{\"id\":\"new\"}");
      central.tell("evt-new");
      awaitSame(mall);
      assertThat(central.count(SYNC + "delta")).isEqualTo(before + 5);
    }
  }
}
