package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Clients;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Ports;
import dev.drover.e2e.harness.Program;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the tutorial "a beacon with curl", as they are printed there, with curl, openssl
 * and mosquitto_pub against a real mall and a real central.
 */
class BeaconTutorialTest {
  private static final Path TUTORIAL =
      JavaProcess.HOME.resolve("docs/tutorials/a-beacon-with-curl.md");
  private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path directory;

  private static String commands() throws IOException {
    return BLOCK
        .matcher(Files.readString(TUTORIAL))
        .results()
        .map(found -> found.group(1))
        .filter(block -> !block.matches("(?s).*drover\"? (up|down|sim) .*|.*drover\" down\n"))
        .map(block -> block.replaceAll("(?m)^(DROVER=|cd ).*\n", ""))
        .collect(Collectors.joining());
  }

  @Test
  void theTutorialsCommandsDoWhatItSays() throws IOException {
    Clients.mosquitto();
    CentralProcess central = Shared.central();
    String entity = Mall.fresh("tutorial").entity();
    String operator = central.token(Role.OPERATOR, entity, "tester");
    int mqtt = Ports.free();
    try (OrchestratorProcess mall =
        OrchestratorProcess.of(central, entity, Map.of("DROVER_MQTT_PORT", String.valueOf(mqtt)))) {
      mall.start();
      Api api = new Api(mall.url());
      // It knows central's keys when it knows whom central has let in.
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> api.get("/api/beacons", operator).status() == 200);
      String script =
          commands()
              .replace("http://127.0.0.1:8081", mall.url())
              .replace("http://127.0.0.1:3000", central.url())
              .replace("mall-a-uuid", entity)
              .replace("-p 1883", "-p " + mqtt)
              .replaceAll("TOKEN=\\$\\(.*\\)", "TOKEN=" + operator)
              .replace("sleep 2\ncurl", "until curl")
              .replaceAll("(?m)^(until .*)$", "$1 | grep user-123; do sleep 1; done");
      script +=
          """
          echo PUBLISHED
          mosquitto_pub -V 5 -p %d -i $DEVICE -u $DEVICE -P "$PASSWORD" -q 1 \
            -t beacons/$BEACON/heartbeat -f heartbeat.json 2>&1 || echo USED
          NONCE=$(curl -s -H 'Content-Type: application/json' -d "{\\"device_id\\":\\"$DEVICE\\"}" \
            $MALL/beacons/challenge | sed 's/.*"nonce":"\\([^"]*\\)".*/\\1/')
          PASSWORD=$NONCE.$(printf %%s "$NONCE" | openssl dgst -sha256 -sign gate.key | base64 -w0)
          mosquitto_pub -V 5 -p %d -i $DEVICE -u $DEVICE -P "$PASSWORD" -q 1 \
            -t beacons/another/heartbeat -f heartbeat.json 2>&1
          echo; echo END
          """
              .formatted(mqtt, mqtt);
      Path file = Files.writeString(directory.resolve("tutorial.sh"), "set -e\n" + script);
      try (Program shell = Program.run(directory, "bash", file.toString())) {
        shell.await("END");
        String said = String.join("\n", shell.lines());
        assertThat(said)
            .containsSubsequence(
                List.of(
                    "\"nonce\":",
                    "\"approved\":true",
                    "{\"acknowledged\":true,\"next_heartbeat_seconds\":3600,\"commands\":[]}",
                    "\"stored\":1,\"duplicates\":0",
                    "\"stored\":0,\"duplicates\":1",
                    "\"log\":{\"log_id\":\"1\"",
                    "PUBLISHED",
                    "Bad User Name or Password",
                    "USED",
                    "Not authorized",
                    "END"));
      }
      Api.Answer beacons = api.get("/api/beacons", operator);
      assertThat(beacons.json().at("/beacons/0/status").asText()).isEqualTo("online");
    }
  }
}
