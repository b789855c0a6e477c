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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators see of orchestrators that ask to be let in, and how they decide. */
class RegistrationsCommandTest {
  private static final String ROW =
      "{\"registration_id\":\"reg-1\",\"entity_id\":\"mall-b\",\"orchestrator_id\":\"orch-b\","
          + "\"key_id\":\"5f3a\",\"state\":\"STATE\",\"address\":\"192.0.2.7\"}";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer central;

  @BeforeEach
  void listen() throws Exception {
    central = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    central.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().toString();
          byte[] asked = exchange.getRequestBody().readAllBytes();
          requests.add(
              exchange.getRequestMethod()
                  + " "
                  + path
                  + " "
                  + new String(asked, StandardCharsets.UTF_8));
          String answer = answers.get(path);
          String refusal = "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"No such one\"}}";
          byte[] body = (answer == null ? refusal : answer).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer == null ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    central.start();
  }

  @AfterEach
  void stop() {
    central.stop(0);
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("registrations"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--token", "t"));
    all.addAll(List.of("--central", "http://127.0.0.1:" + central.getAddress().getPort()));
    return Drover.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  @Test
  void listShowsWhoWaitsWithTheKeyToCompare() {
    answers.put(
        "/api/registrations", "{\"registrations\":[" + ROW.replace("STATE", "pending") + "]}");
    assertThat(run("list")).isZero();
    assertThat(out.toString().lines())
        .containsExactly("reg-1  pending  mall-b/orch-b  from 192.0.2.7  key 5f3a");
  }

  @Test
  void nobodyWaits() {
    answers.put("/api/registrations", "{\"registrations\":[]}");
    assertThat(run("list")).isZero();
    assertThat(out.toString().lines()).containsExactly("No registration waits.");
  }

  @Test
  void approveAndRejectSayWhatBecameOfIt() {
    answers.put("/api/registrations/reg-1/approve", ROW.replace("STATE", "approved"));
    answers.put("/api/registrations/reg-1/reject", ROW.replace("STATE", "rejected"));
    assertThat(run("approve", "reg-1", "--reason", "seen on site")).isZero();
    assertThat(run("reject", "reg-1")).isZero();
    assertThat(out.toString().lines())
        .containsExactly("approved: mall-b/orch-b, key 5f3a", "rejected: mall-b/orch-b, key 5f3a");
    assertThat(requests)
        .containsExactly(
            "POST /api/registrations/reg-1/approve {\"reason\":\"seen on site\"}",
            "POST /api/registrations/reg-1/reject {}");
  }

  @Test
  void whatIsNoIdIsRefusedBeforeAnybodyIsAsked() {
    assertThat(run("approve", "../keys")).isNotZero();
    assertThat(requests).isEmpty();
    assertThat(err.toString()).contains("../keys is no id of a registration");
    assertThat(run("approve", "reg-2")).isNotZero();
    assertThat(err.toString()).contains("No such one");
  }
}
