package dev.drover.e2e.harness;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A central server as a real process. */
public final class CentralProcess extends JavaProcess {
  private CentralProcess(String name, Map<String, String> settings) {
    super("central", name, withGrpcPort(settings));
  }

  private static Map<String, String> withGrpcPort(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("DROVER_GRPC_PORT", String.valueOf(Ports.free()));
    return all;
  }

  /**
   * A central with its own embedded Kafka and Mongo.
   *
   * @param settings environment variables besides those of ports and directories
   */
  public static CentralProcess alone(String name, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("DROVER_KAFKA_PORT", String.valueOf(Ports.free()));
    all.put("DROVER_MONGO_PORT", String.valueOf(Ports.free()));
    return new CentralProcess(name, all);
  }

  /**
   * A central whose event log and database are outside.
   *
   * @param settings where they are, besides what else it shall know
   */
  public static CentralProcess outside(String name, Map<String, String> settings) {
    return new CentralProcess(name, settings);
  }

  /** A further central that shares event log, database and keys with this one. */
  public CentralProcess sibling(String name, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("KAFKA_BROKERS", "127.0.0.1:" + setting("DROVER_KAFKA_PORT"));
    all.put("DATABASE_URL", "mongodb://127.0.0.1:" + setting("DROVER_MONGO_PORT"));
    all.put("DROVER_KEYS", keys().toString());
    return new CentralProcess(name, all);
  }

  /** The directory of its keys. */
  public Path keys() {
    String keys = setting("DROVER_KEYS");
    return keys == null ? data().resolve("keys") : Path.of(keys);
  }

  /** Its gRPC port. */
  public int grpcPort() {
    return Integer.parseInt(setting("DROVER_GRPC_PORT"));
  }

  /** A client of its REST interface. */
  public Api api() {
    return new Api(url());
  }

  /** A token of this central. */
  public String token(Role role, String entity, String subject) {
    return token(new Grant(subject, role, entity), Duration.ofHours(1), Clock.systemUTC());
  }

  /** A token of an orchestrator that has registered as {@code requested}. */
  public String orchestratorToken(String entity, String assigned, String requested) {
    Grant grant = new Grant(assigned, Role.ORCHESTRATOR, entity, Optional.of(requested));
    return token(grant, Duration.ofHours(1), Clock.systemUTC());
  }

  /** A token as central would have issued it at the clock's time. */
  public String token(Grant grant, Duration lifetime, Clock clock) {
    return new TokenIssuer(new FileKeyProvider(keys()).signing("central-token"), clock)
        .issue(grant, lifetime)
        .value();
  }

  /** A token that may do everything. */
  public String admin() {
    return token(Role.ADMIN, Grant.EVERY_ENTITY, "e2e-admin");
  }

  /** The ids of the access logs of a mall, by beacon, in the order in which central stored them. */
  public Map<String, List<String>> storedLogs(String entity) {
    String operator = token(Role.OPERATOR, entity, "olga");
    Map<String, List<String>> stored = new LinkedHashMap<>();
    String path = "/api/entities/" + entity + "/access-logs?limit=1000&cursor=";
    JsonNode page = Api.JSON.createObjectNode().put("cursor", "0-0");
    do {
      page = api().get(path + page.path("cursor").asText(), operator).json();
      for (JsonNode entry : page.path("logs")) {
        stored
            .computeIfAbsent(entry.path("beacon_id").asText(), beacon -> new ArrayList<>())
            .add(entry.at("/log/log_id").asText());
      }
    } while (page.path("has_more").asBoolean());
    return stored;
  }

  /** The Kafka broker that this central supervises. */
  public ProcessHandle kafka() {
    return process()
        .descendants()
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("central has no child process"));
  }
}
