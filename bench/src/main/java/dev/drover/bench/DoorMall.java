package dev.drover.bench;

import dev.drover.engine.crypto.FileKeyProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A mall with an empty data directory, as a unit file or an image runs it. */
final class DoorMall {
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";

  private final Path data;
  private final Map<String, String> environment = new HashMap<>();
  private final Process process;

  /** A mall of a central, ready when this returns. */
  DoorMall(Path data, String central) throws IOException, InterruptedException {
    this.data = data;
    Machine.delete(data);
    environment.put("DROVER_HOME", Path.of("").toAbsolutePath().toString());
    for (String door : List.of("", "GRPC_", "MANAGEMENT_", "MQTT_")) {
      environment.put("DROVER_" + door + "PORT", String.valueOf(Machine.freePort()));
    }
    // As image and unit file set it.
    environment.put("MALLOC_ARENA_MAX", "2");
    environment.put("ENTITY_ID", "bench-mall");
    environment.put("ORCHESTRATOR_ID", "bench-orchestrator");
    environment.put("CENTRAL_SERVER_URL", central);
    environment.put("DROVER_FIRMWARE", data.resolve("firmware").toString());
    // The limits of a beacon would be measured instead.
    environment.put("DROVER_LIMITS_CHALLENGES", "999999/1m");
    environment.put("DROVER_LIMITS_BEACON_REQUESTS", "999999/1m");
    environment.put("DROVER_LIMITS_ENROLMENTS", "999999/1m");
    process = start();
  }

  private Process start() throws IOException, InterruptedException {
    List<String> command =
        List.of(
            JAVA,
            "@config/jvm/orchestrator.options",
            "-jar",
            "orchestrator/target/drover-orchestrator.jar");
    Process mall = Machine.start(command, environment, data);
    Machine.await(mall, "http://127.0.0.1:" + port() + "/health");
    return mall;
  }

  Process process() {
    return process;
  }

  Path data() {
    return data;
  }

  int port() {
    return Integer.parseInt(environment.get("DROVER_PORT"));
  }

  String mqtt() {
    return "tcp://127.0.0.1:" + environment.get("DROVER_MQTT_PORT");
  }

  /** What the mall's own routes say to its broker. */
  String mqttPassword() throws IOException {
    return HexFormat.of()
        .formatHex(new FileKeyProvider(data.resolve("keys")).secret("mqtt-internal"));
  }
}
