package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandsTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void everyCommandHasHelp() {
    List<List<String>> commands = new ArrayList<>();
    collect(Drover.commandLine(), List.of(), commands);
    assertThat(commands).hasSizeGreaterThan(14);
    for (List<String> command : commands) {
      List<String> arguments = new ArrayList<>(command);
      arguments.add("--help");
      assertThat(run(arguments.toArray(String[]::new))).as("%s", command).isZero();
      assertThat(out.toString()).contains("Usage: drover " + String.join(" ", command));
    }
  }

  @Test
  void helpIsACommandToo() {
    assertThat(run("help")).isZero();
    assertThat(out.toString()).contains("Usage: drover", "status", "uplink");
    assertThat(run("help", "status")).isZero();
    assertThat(out.toString()).contains("Usage: drover status");
    assertThat(run("keys", "rotate", "--help")).isZero();
    assertThat(out.toString()).contains("admin");
  }

  @Test
  void statusShowsACentralThatRunsAlone() throws IOException {
    HttpServer central = HttpServer.create();
    int offset = 10_000;
    while (central.getAddress() == null) {
      try {
        central.bind(new InetSocketAddress("127.0.0.1", 3000 + offset), 0);
      } catch (BindException taken) {
        offset++;
      }
    }
    central.createContext(
        "/health",
        exchange -> {
          byte[] body = "{\"status\":\"healthy\"}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    String[] status = {"status", "--port-offset", "" + offset, "--state", directory.toString()};
    assertThat(run(status)).as("none runs").isEqualTo(3);
    central.start();
    try {
      assertThat(run(status)).isZero();
      assertThat(out.toString())
          .containsPattern("central +running  alone  healthy")
          .containsPattern("orchestrator +stopped");
    } finally {
      central.stop(0);
    }
  }

  @Test
  void aTokenCarriesTheClaimsOfItsOptions() {
    int code =
        run(
            "token",
            "--role",
            "orchestrator",
            "--entity",
            "mall-a-uuid",
            "--orchestrator",
            "o-1",
            "--ttl",
            "15m",
            "--new-key",
            "--data",
            directory.toString());

    assertThat(code).isZero();
    String token = out.toString().strip();
    String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
    assertThat(token).doesNotContain("\n");
    assertThat(claims)
        .contains("\"role\":\"orchestrator\"", "\"entity_id\":\"mall-a-uuid\"")
        .contains("\"orchestrator_id\":\"o-1\"", "\"sub\":\"o-1\"", "\"iss\":\"drover-central\"");
    assertThat(directory.resolve("keys/central-token.pem")).exists();
  }

  @Test
  void wrongUsageIsSaidPlainly() {
    String data = directory.toString();
    assertThat(run("token", "--role", "beacon", "--entity", "*", "--data", data)).isEqualTo(2);
    assertThat(err.toString()).contains("A token of role beacon needs one entity.");
    assertThat(run("token", "--role", "admin", "--entity", "*", "--ttl", "5x")).isEqualTo(2);
    assertThat(err.toString()).contains("'5x' is no lifetime; write 30s, 15m, 12h or 7d");
    assertThat(run("routes", "check", "--routes", data + "/none")).isEqualTo(2);
    assertThat(run("logs", "beacon")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
  }

  @Test
  void aGeneratedKeyIsPrivateAndNeverOverwritten() throws IOException {
    Path file = directory.resolve("key.pem");

    assertThat(run("keys", "generate", "--out", file.toString())).isZero();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PublicKeys.parse(out.toString()))
        .isEqualTo(PrivateKeys.parse(Files.readString(file)).getPublic());
    String before = Files.readString(file);
    assertThat(run("keys", "generate", "--out", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("exists; name another file with --out");
    assertThat(Files.readString(file)).isEqualTo(before);
  }

  @Test
  void routesCheckEndsWithOneWhenItFindsSomething() throws IOException {
    assertThat(run("routes", "check", "--home", "../flows/src/test/resources/flows/good")).isZero();

    Path routes = Files.createDirectories(directory.resolve("routes/central"));
    Files.writeString(routes.resolve("01-bad.camel.yaml"), "- route:\n    id: bad\n");
    assertThat(run("routes", "check", "--home", directory.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains("routes/central/01-bad.camel.yaml:1: route without description; write ");
  }

  @Test
  void anUnreachableCentralIsSaidWithWhatToDo() throws IOException {
    Path file = Files.writeString(directory.resolve("mall.json"), "{\"entity\":{\"id\":\"m\"}}");

    int code =
        run(
            "entity",
            "import",
            file.toString(),
            "--central",
            "http://127.0.0.1:1",
            "--token",
            "any");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString())
        .contains("cannot reach central at http://127.0.0.1:1 (nobody listens there)", "status");
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Drover.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static void collect(CommandLine line, List<String> path, List<List<String>> commands) {
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              List<String> own = new ArrayList<>(path);
              own.add(name);
              commands.add(own);
              collect(command, own, commands);
            });
  }
}
