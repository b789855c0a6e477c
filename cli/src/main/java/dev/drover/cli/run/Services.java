package dev.drover.cli.run;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The processes of a demonstration on one machine, with their default ports. */
public final class Services {
  /** The mall of the demonstration. */
  public static final String ENTITY = "mall-a-uuid";

  private static final int CENTRAL = 3000;

  /** Where the mall finds the line to central, a relay of the simulated mall that can be cut. */
  private static final int LINE = 8182;

  /** The port of the mall's gRPC, in words. */
  static final String MALL_GRPC = "DROVER_GRPC_PORT of the mall";

  /** Names in the order in which they start. */
  public static final List<String> NAMES = List.of("central", "simulator", "orchestrator");

  /** Variables that mean one process; each child gets its own values. */
  static final Set<String> OWN =
      Set.of(
          "DROVER_DATA",
          "DROVER_BUNDLES",
          "DROVER_PORT",
          "DROVER_HTTPS_PORT",
          "DROVER_GRPC_PORT",
          "DROVER_MANAGEMENT_PORT",
          "DROVER_TOWER_PORT",
          "DROVER_MQTT_PORT",
          "DROVER_MQTT_TLS_PORT",
          "DROVER_TLS_CERTIFICATE",
          "DROVER_TLS_KEY",
          "DROVER_KAFKA_PORT",
          "DROVER_MONGO_PORT",
          "DROVER_LINE_PORT");

  private final Path home;
  private final State state;
  private final int offset;
  private final Map<String, String> environment;

  /**
   * Describes the processes.
   *
   * @param home the repository
   * @param offset added to every default port
   * @param environment variables that the person has set
   */
  public Services(Path home, State state, int offset, Map<String, String> environment) {
    this.home = home;
    this.state = state;
    this.offset = offset;
    this.environment = Map.copyOf(environment);
  }

  /** Returns the three processes in the order in which they start. */
  public List<Service> all() {
    return List.of(central(), simulator(), orchestrator());
  }

  /** Returns the central server. */
  public Service central() {
    Map<String, String> own = common("central", 3900);
    own.put("DROVER_PORT", port(CENTRAL));
    own.put("DROVER_GRPC_PORT", port(3051));
    own.put("DROVER_KAFKA_PORT", port(9092));
    own.put("DROVER_MONGO_PORT", port(27017));
    own.putIfAbsent(
        "DROVER_PUBLIC_URL",
        environment.getOrDefault("DROVER_PUBLIC_URL", "http://127.0.0.1:" + port(CENTRAL)));
    Map<Integer, String> ports = new LinkedHashMap<>();
    ports.put(CENTRAL + offset, "DROVER_PORT of central: REST, SSE and WebSocket");
    ports.put(3900 + offset, "DROVER_MANAGEMENT_PORT of central");
    ports.put(3051 + offset, "DROVER_GRPC_PORT of central");
    if (!environment.containsKey("KAFKA_BROKERS")) {
      ports.put(9092 + offset, "DROVER_KAFKA_PORT: embedded Kafka");
    }
    if (!environment.containsKey("DATABASE_URL")) {
      ports.put(27017 + offset, "DROVER_MONGO_PORT: embedded Mongo");
    }
    return service("central", own, ports, CENTRAL, 3900);
  }

  /** Returns the orchestrator of the mall. */
  public Service orchestrator() {
    Map<String, String> own = common("orchestrator", 8900);
    own.put("DROVER_PORT", port(8081));
    own.put("DROVER_HTTPS_PORT", port(8443));
    own.put("DROVER_TOWER_PORT", port(8080));
    own.put("DROVER_GRPC_PORT", port(50051));
    own.put("DROVER_MQTT_PORT", port(1883));
    mall(own, LINE);
    Map<Integer, String> ports = new LinkedHashMap<>();
    ports.put(8081 + offset, "DROVER_PORT of the mall: REST");
    ports.put(8900 + offset, "DROVER_MANAGEMENT_PORT of the mall");
    ports.put(50051 + offset, MALL_GRPC);
    if (!environment.containsKey("MQTT_URL")) {
      ports.put(1883 + offset, "DROVER_MQTT_PORT of the mall");
    }
    return service("orchestrator", own, ports, 8081, 8900);
  }

  /** Returns the simulated beacons of the mall, its operator, and its line to central. */
  public Service simulator() {
    Map<String, String> own = common("simulator", 8901);
    own.put("DROVER_PORT", port(8181));
    own.put("ORCHESTRATOR_URL", "http://127.0.0.1:" + port(8081));
    // its changes are an operator's; with a central elsewhere, give it DROVER_SIMULATOR_TOKEN
    own.put(
        "DROVER_CENTRAL_KEYS",
        environment.getOrDefault("DROVER_KEYS", state.data("central").resolve("keys").toString()));
    own.put("DROVER_LINE_PORT", port(LINE));
    mall(own, CENTRAL);
    Map<Integer, String> ports = new LinkedHashMap<>();
    ports.put(8181 + offset, "DROVER_PORT of the simulated mall");
    ports.put(LINE + offset, "DROVER_LINE_PORT: the line between the mall and central");
    ports.put(8901 + offset, "DROVER_MANAGEMENT_PORT of the simulated mall");
    return service("simulator", own, ports, 8181, 8901);
  }

  private void mall(Map<String, String> own, int central) {
    // glibc gives each thread an arena of its own otherwise: a tenth of a small process's memory
    own.put("MALLOC_ARENA_MAX", environment.getOrDefault("MALLOC_ARENA_MAX", "2"));
    own.put("CENTRAL_SERVER_URL", "http://127.0.0.1:" + port(central));
    own.put("ENTITY_ID", ENTITY);
    own.put("ORCHESTRATOR_ID", "orch-mall-a-001");
  }

  private Map<String, String> common(String name, int management) {
    Map<String, String> own = new LinkedHashMap<>();
    own.put("DROVER_HOME", home.toString());
    own.put("DROVER_DATA", state.data(name).toString());
    own.put("DROVER_MANAGEMENT_PORT", port(management));
    return own;
  }

  private Service service(
      String name, Map<String, String> own, Map<Integer, String> ports, int port, int management) {
    // for people who wait: with the quick compiler only
    return new Service(
        name,
        home.resolve(name).resolve("target/drover-" + name + ".jar"),
        home.resolve("config/jvm/" + name + "-up.options"),
        own,
        ports,
        URI.create("http://127.0.0.1:" + port(port)),
        URI.create("http://127.0.0.1:" + port(management)));
  }

  private String port(int standard) {
    return Integer.toString(standard + offset);
  }
}
