package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.drover.cli.run.State;
import dev.drover.engine.crypto.FileKeyProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * What people see of a cut line; mall and simulator are stand-ins that say one answer each time.
 */
class SimCommandTest {
  private static final String CUT = "{\"line\":{\"cut\":true,\"left_seconds\":42}}";
  private static final String WHOLE = "{\"line\":{\"cut\":false,\"connections\":5}}";

  @TempDir Path state;
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> cuts = new CopyOnWriteArrayList<>();
  private final Deque<String> lines = new ArrayDeque<>();
  private final Deque<String> ledgers = new ArrayDeque<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private int offset;

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  private void serve() throws IOException {
    new FileKeyProvider(new State(state).data("central").resolve("keys")).signing("central-token");
    while (servers.size() < 2) {
      servers.forEach(server -> server.stop(0));
      servers.clear();
      offset = ThreadLocalRandom.current().nextInt(10_000, 15_000);
      try {
        servers.add(server(8081));
        servers.add(server(8181));
      } catch (java.net.BindException e) {
        // somebody else has one of them: another offset
      }
    }
  }

  private HttpServer server(int port) throws IOException {
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port + offset), 0);
    server.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes());
          byte[] answer =
              answer(exchange.getRequestURI().getPath(), body).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return server;
  }

  private synchronized String answer(String path, String body) {
    return switch (path) {
      case "/api/line/cut" -> {
        cuts.add(body);
        yield "{}";
      }
      case "/api/uplink/ledger" -> ledgers.size() > 1 ? ledgers.remove() : ledgers.peek();
      default -> lines.size() > 1 ? lines.remove() : lines.peek();
    };
  }

  private static String ledger(int accepted, int stored, int pending, boolean balanced) {
    return String.format(
        "{\"accepted\":%d,\"stored\":%d,\"superseded\":9,\"pending\":%d,\"gap\":%d,\"balanced\":%s}",
        accepted, stored, pending, balanced ? 0 : 1, balanced);
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("sim", "cut-line"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--state", state.toString(), "--port-offset", String.valueOf(offset)));
    CommandLine line = Drover.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(all.toArray(String[]::new));
  }

  @Test
  void aCutIsWatchedUntilTheMallHasCaughtUp() throws IOException {
    ledgers.add(ledger(2000, 1991, 0, true));
    ledgers.add(ledger(2000, 1991, 0, true));
    ledgers.add(ledger(2317, 1991, 317, true));
    ledgers.add(ledger(2326, 2000, 317, true));
    ledgers.add(ledger(2327, 2100, 218, true));
    ledgers.add(ledger(2330, 2319, 2, true));
    lines.add(CUT);
    lines.add(WHOLE);
    serve();

    assertThat(run("60s")).as(err.toString()).isZero();

    assertThat(cuts).containsExactly("{\"seconds\":60}");
    assertThat(out.toString())
        .contains("line cut, 42 s left · queued 317")
        .containsPattern(
            "line is back · 317 → 2 · caught up in \\d\\.\\d s · nothing lost: "
                + "accepted 2,330 = stored 2,319 \\+ superseded 9 \\+ queued 2\n");
  }

  @Test
  void aLossIsSaidAndIsAFailure() throws IOException {
    ledgers.add(ledger(10, 0, 0, false));
    lines.add(WHOLE);
    serve();

    assertThat(run("1s")).isEqualTo(1);

    assertThat(out.toString())
        .contains("writes are missing, see the mall's log: accepted 10 = superseded 9 + lost 1");
  }

  @Test
  void detachedItOnlyCuts() throws IOException {
    lines.add(CUT);
    serve();

    assertThat(run("2m", "--detach")).isZero();

    assertThat(cuts).containsExactly("{\"seconds\":120}");
    assertThat(out.toString()).contains("line cut for 120 s; see ./drover status");
  }

  @Test
  void wrongUsageAndAbsentProcessesCutNothing() throws IOException {
    assertThat(run("60")).isEqualTo(2);
    assertThat(run("25h")).isEqualTo(2);
    assertThat(err.toString()).contains("The line can be cut for 24h at most.");
    serve();
    servers.get(0).stop(0);

    assertThat(run("60s")).isEqualTo(1);

    assertThat(err.toString()).contains("cannot reach the mall", "./drover status");
    assertThat(cuts).isEmpty();
  }
}
