package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people see of a mall's uplink, and what they can do. */
class UplinkCommandTest {
  private static final String PARKED = "/api/uplink/parked";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final List<String> posted = new ArrayList<>();
  private HttpServer mall;

  @BeforeEach
  void listen() throws Exception {
    mall = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    mall.createContext(
        "/",
        exchange -> {
          String asked = exchange.getRequestURI().toString();
          if (exchange.getRequestMethod().equals("POST")) {
            posted.add(asked);
          }
          String answer = answers.get(asked);
          byte[] body =
              (answer == null ? "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"no\"}}" : answer)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    mall.start();
  }

  @AfterEach
  void stop() {
    mall.stop(0);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of("uplink"));
    all.addAll(List.of(arguments));
    all.addAll(
        List.of("--token", "t", "--mall", "http://127.0.0.1:" + mall.getAddress().getPort()));
    return Drover.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private void ledger(int gap) {
    Map<String, Object> ledger = new TreeMap<>(Map.of("\"gap\"", gap, "\"balanced\"", gap == 0));
    for (String name :
        List.of("accepted", "stored", "duplicate", "parked", "superseded", "pending")) {
      ledger.put('"' + name + '"', name.length());
    }
    answers.put("/api/uplink/ledger", ledger.toString().replace('=', ':'));
  }

  private static String item(int id, String seq, String reason) {
    return "{\"id\":%d,\"seq\":%s,\"type\":\"access_logs\",\"key\":\"b1\",\"parked_at\":\"2026-11-21T01:00:00Z\",\"tries\":3,\"reason\":\"%s\",\"body\":{}}"
        .formatted(id, seq, reason);
  }

  @Test
  void theLedgerSaysWhetherEverythingIsAccountedFor() {
    ledger(0);
    assertThat(run("ledger")).isZero();
    assertThat(out.toString().lines())
        .contains(
            "accepted    8", "superseded  10", "gap         0", "Everything is accounted for.");
    ledger(2);
    assertThat(run("ledger")).isEqualTo(1);
    assertThat(out.toString()).contains("gap         2", "Writes are missing");
  }

  @Test
  void parkedWritesAreATableOfAllPages() {
    answers.put(PARKED, "[]");
    assertThat(run("parked")).isZero();
    assertThat(out.toString()).isEqualTo("Nothing is parked" + System.lineSeparator());
    answers.put(PARKED, "[" + item(4, "17", "VALIDATION_FAILED") + "]");
    answers.put(PARKED + "?after=4", "[" + item(9, "null", "unreadable: x") + "]");
    answers.put(PARKED + "?after=9", "[]");
    assertThat(run("parked")).isZero();
    assertThat(out.toString().lines().toList().get(1))
        .matches("4 +17 +access_logs +b1 +2026-11-21T01:00:00Z +3 +VALIDATION_FAILED");
    assertThat(out.toString().lines().toList().get(2)).contains("unreadable: x");
  }

  @Test
  void replayingNamesThemOrTakesAllThatCanGo() {
    answers.put(PARKED, "[" + item(4, "17", "r") + "," + item(5, "null", "r") + "]");
    answers.put(PARKED + "?after=5", "[]");
    answers.put(PARKED + "/4/replay", "{\"status\":\"accepted\"}");
    answers.put(PARKED + "/7/replay", "{\"status\":\"accepted\"}");
    assertThat(run("replay", "--all")).isZero();
    assertThat(posted).containsExactly(PARKED + "/4/replay");
    assertThat(out.toString()).contains("1 on their way again");
    assertThat(run("replay", "4", "7")).isZero();
    assertThat(posted).hasSize(3);
    assertThat(run("replay", "8")).as("the mall does not know it").isEqualTo(1);
    assertThat(err.toString()).contains("NOT_FOUND");
    assertThat(run("replay")).as("which ones?").isNotZero();
    assertThat(posted).hasSize(4);
  }
}
