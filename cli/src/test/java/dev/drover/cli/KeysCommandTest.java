package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenVerifier;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What admins see of central's signing keys, and how they change them. */
class KeysCommandTest {
  private static final String FORMER = "AaodcR_gMplVvBHwWzyykdVW9QziQNHk75OuL01PZGU";
  private static final String PRESENT = "So4OEplwjO9wnN4TFMn7drv4iB5TIauhcAX6ocUhSaU";

  private record Request(String method, String path, String token, String key, String body) {}

  @TempDir Path data;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private HttpServer central;

  @BeforeEach
  void listen() throws Exception {
    central = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    central.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().toString();
          requests.add(
              new Request(
                  exchange.getRequestMethod(),
                  path,
                  exchange.getRequestHeaders().getFirst("Authorization"),
                  exchange.getRequestHeaders().getFirst("X-Idempotency-Key"),
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
          String answer = answers.get(path);
          String refusal = "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"No former key\"}}";
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
    return with(List.of("--token", "t"), arguments);
  }

  private int with(List<String> options, String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of("keys"));
    all.addAll(List.of(arguments));
    all.addAll(options);
    all.addAll(List.of("--central", "http://127.0.0.1:" + central.getAddress().getPort()));
    return Drover.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  @Test
  void c11ListShowsWhatEachKeyDoes() {
    answers.put(
        "/api/keys",
        "{\"keys\":[{\"kid\":\""
            + PRESENT
            + "\",\"state\":\"signing\"},{\"kid\":\""
            + FORMER
            + "\",\"state\":\"retired\"}]}");
    assertThat(run("list")).isZero();
    assertThat(out.toString().lines()).containsExactly(PRESENT + "  signing", FORMER + "  retired");
    assertThat(requests).singleElement().extracting(Request::token).isEqualTo("Bearer t");
  }

  @Test
  void c11RotateSaysWhichKeySignsAndWhichCanBeRetired() {
    answers.put(
        "/api/keys/rotate", "{\"kid\":\"" + PRESENT + "\",\"former_kid\":\"" + FORMER + "\"}");
    assertThat(run("rotate", "--reason", "a lost \"backup\"")).isZero();
    assertThat(out.toString().lines())
        .containsExactly("Signing: " + PRESENT, "Verifying until it is retired: " + FORMER);
    Request request = requests.get(0);
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.body()).isEqualTo("{\"reason\":\"a lost \\\"backup\\\"\"}");
    assertThat(request.key()).as("a repetition is known as one").isNotBlank();
  }

  @Test
  void c11RetireNamesTheKeyAndPassesARefusalOn() {
    String path = "/api/keys/" + FORMER + "/retire";
    answers.put(path, "{\"kid\":\"" + FORMER + "\",\"state\":\"retired\"}");
    assertThat(run("retire", FORMER, "--reason", "lost")).isZero();
    assertThat(out.toString().lines()).containsExactly("Retired: " + FORMER);
    assertThat(requests.get(0).path()).isEqualTo(path);
    assertThat(run("retire", PRESENT, "--reason", "lost")).isEqualTo(1);
    assertThat(err.toString()).contains("No former key");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void c11WithoutAReasonOrAKeyNothingIsAsked() {
    assertThat(run("rotate")).isEqualTo(2);
    assertThat(err.toString()).contains("--reason");
    assertThat(run("retire", FORMER)).isEqualTo(2);
    assertThat(run("retire", "../entities", "--reason", "lost")).isNotZero();
    assertThat(err.toString()).contains("../entities is no id of a key");
    assertThat(requests).isEmpty();
  }

  /** Only an admin may, so the token that is made with the local key is an admin's. */
  @Test
  void c11TheTokenOfTheLocalKeyIsAnAdmins() {
    answers.put("/api/keys", "{\"keys\":[]}");
    ECPublicKey key =
        (ECPublicKey)
            new FileKeyProvider(data.resolve("keys")).signing("central-token").getPublic();
    assertThat(with(List.of("--data", data.toString()), "list")).as(err::toString).isZero();
    String token = requests.get(0).token().substring("Bearer ".length());
    TokenVerifier verifier = new TokenVerifier(() -> Jwks.of(List.of(key)), Clock.systemUTC());
    assertThat(verifier.verify(token).role()).isEqualTo(Role.ADMIN);
  }
}
