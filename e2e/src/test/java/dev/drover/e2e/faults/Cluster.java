package dev.drover.e2e.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.KafkaCluster;
import dev.drover.e2e.harness.LightMall;
import dev.drover.e2e.harness.MongoProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three brokers, two centrals before them, one document store, and twenty malls: eighteen light
 * ones, which are at either central, and a real one at each. Who ends by itself is started again,
 * as a service manager would.
 */
final class Cluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final int BROKERS = 3;
  private static final int LIGHT_MALLS = 18;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  final KafkaCluster kafka = new KafkaCluster("cluster-kafka", BROKERS);
  final List<CentralProcess> centrals = new ArrayList<>();
  final List<LightMall> light = new ArrayList<>();

  /** The one at the same place is at the central of this place. */
  final List<OrchestratorProcess> real = new ArrayList<>();

  private final MongoProcess mongo = new MongoProcess("cluster-mongo");
  private int endedByThemselves;

  /** Starts everything. */
  void start() {
    mongo.start();
    kafka.numbers().forEach(kafka::launch);
    CentralProcess first = CentralProcess.outside("cluster-central-1", settings());
    centrals.add(first);
    first.launch();
    first.awaitHealth(PATIENCE);
    Map<String, String> shared = settings();
    shared.put("DROVER_KEYS", first.keys().toString());
    CentralProcess second = CentralProcess.outside("cluster-central-2", shared);
    centrals.add(second);
    second.launch();
    second.awaitHealth(PATIENCE);
    for (int i = 0; i < centrals.size(); i++) {
      OrchestratorProcess mall = OrchestratorProcess.of(centrals.get(i), "cluster-real-" + i);
      real.add(mall);
      mall.launch();
    }
    for (int i = 0; i < LIGHT_MALLS; i++) {
      light.add(new LightMall(centrals, "cluster-light-" + i));
    }
    real.forEach(mall -> mall.awaitHealth(PATIENCE));
    light.forEach(LightMall::start);
    light.forEach(LightMall::awaitConnected);
    awaitGood(PATIENCE);
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new java.util.HashMap<>();
    settings.put("KAFKA_BROKERS", kafka.bootstrap());
    settings.put("DATABASE_URL", mongo.url());
    return settings;
  }

  /** How many processes ended that nobody had killed. */
  int endedByThemselves() {
    return endedByThemselves;
  }

  /** Starts what has ended. */
  void revive() {
    for (int broker : kafka.numbers()) {
      if (!kafka.running(broker)) {
        LOG.warn("broker {} ended by itself", broker);
        endedByThemselves++;
        kafka.launch(broker);
      }
    }
    List<JavaProcess> processes = new ArrayList<>(centrals);
    processes.addAll(real);
    for (JavaProcess process : processes) {
      if (!process.process().isAlive()) {
        LOG.warn("{} ended with {}", process.output(), process.process().exitValue());
        endedByThemselves++;
        process.launch();
      }
    }
  }

  /** Waits until every part says that it is well. */
  void awaitGood(Duration patience) {
    Awaitility.await("everything is well")
        .atMost(patience)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              revive();
              return centrals.stream().allMatch(central -> status(central).equals("healthy"))
                  && real.stream().allMatch(mall -> connected(mall));
            });
  }

  private static String status(JavaProcess process) {
    return health(process).path("status").asText();
  }

  private static boolean connected(JavaProcess mall) {
    return health(mall).at("/checks/central_server_connection").asText().equals("healthy");
  }

  /** What it says of itself; an empty object when it says nothing. */
  static JsonNode health(JavaProcess process) {
    try {
      return new Api(process.url()).get("/health", null).json();
    } catch (UncheckedIOException e) {
      return Api.JSON.createObjectNode();
    }
  }

  /** Whether every living central names this broker as the one that is away. */
  boolean named(int broker) {
    return centrals.stream()
        .filter(central -> central.process().isAlive())
        .allMatch(central -> cause(central, "event_log").contains(kafka.name(broker)));
  }

  /** Whether the mall of this central says that it is away. */
  boolean named(CentralProcess central) {
    return !cause(real.get(centrals.indexOf(central)), "central_server_connection").isBlank();
  }

  /** What a process says of all that is wrong with a check. */
  static String cause(JavaProcess process, String check) {
    StringBuilder causes = new StringBuilder();
    for (JsonNode problem : health(process).path("problems")) {
      if (problem.path("check").asText().equals(check)) {
        causes.append(problem.path("cause").asText()).append('\n');
      }
    }
    return causes.toString();
  }

  @Override
  public void close() {
    light.forEach(LightMall::close);
    real.forEach(OrchestratorProcess::close);
    centrals.forEach(CentralProcess::close);
    kafka.close();
    mongo.close();
  }
}
