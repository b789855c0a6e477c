package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The user's design card: the packages that this part needs, and what lies at the top level. */
class DesignCardTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pom.xml",
        "routes",
        "central",
        "orchestrator",
        "kamelets",
        "proto",
        "config",
        "docker-compose.yml",
        "README.md"
      })
  void liesAtTheTopLevel(String name) {
    assertThat(JavaProcess.HOME.resolve(name)).exists();
  }

  @ParameterizedTest
  @CsvSource({
    "central, camel-spring-boot-",
    "central, camel-platform-http-vertx-",
    "central, camel-mongodb-",
    "central, camel-kafka-",
    "central, camel-jackson-",
    "central, bcpkix-",
    "orchestrator, camel-spring-boot-",
    "orchestrator, camel-platform-http-vertx-",
    "orchestrator, camel-jackson-",
    "orchestrator, camel-kafka-",
    "orchestrator, camel-paho-mqtt5-",
    "orchestrator, bcpkix-"
  })
  void isPackedIntoTheRunnableJar(String module, String library) throws IOException {
    Path jar = JavaProcess.HOME.resolve(module + "/target/drover-" + module + ".jar");
    try (JarFile file = new JarFile(jar.toFile())) {
      assertThat(file.stream().map(entry -> entry.getName().replaceAll(".*/", "")))
          .anyMatch(name -> name.startsWith(library));
    }
  }

  @Test
  void everyFlowOfCentralIsANamedRoute() throws IOException {
    String routes;
    try (var files = Files.list(JavaProcess.HOME.resolve("routes/central"))) {
      routes = files.sorted().map(DesignCardTest::read).collect(Collectors.joining("\n"));
    }
    for (String flow :
        List.of(
            "registration-orchestrator-register",
            "registration-token-refresh",
            "events-stream-subscribe",
            "events-ack-accept",
            "events-relay-publish",
            "events-fanout-deliver",
            "events-streams-ping",
            "heartbeat-orchestrator-accept",
            "heartbeat-silence-detect")) {
      assertThat(routes).contains("id: " + flow + "\n");
    }
  }

  @Test
  void theFirewallRulesAreDocumented() {
    String page = read(JavaProcess.HOME.resolve("docs/reference/network.md"));
    assertThat(page)
        .contains("| allow | orchestrator | central | 443 TCP")
        .contains("| allow | tower | orchestrator | 50051 TCP")
        .contains("| allow | beacons | orchestrator | 443 TCP")
        .contains("| allow | robots | tower | 8080 TCP");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
