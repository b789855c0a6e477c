package dev.drover.central;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.health.ClockConditions;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Problem;
import dev.drover.engine.health.Severity;
import dev.drover.engine.start.CertificateConditions;
import dev.drover.proto.Json;
import dev.drover.proto.navign.CentralHealthAnswer;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.bson.Document;

/**
 * {@code GET /health} of central: small, without a token, 503 when it cannot do its work; degraded,
 * 200, when it works on with a promise that it cannot keep now. The database is asked in the
 * background, so that a slow one does not keep the answer.
 */
public class CentralHealth implements AutoCloseable {
  private static final String HEALTHY = "healthy";
  private static final String DEGRADED = "degraded";
  private static final String UNHEALTHY = "unhealthy";
  private static final long LOOK_SECONDS = 1;

  /** How long the database may say nothing before it counts as away. */
  private static final int PATIENCE_SECONDS = 8;

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);

  private final MongoDatabase database;
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "health-looks");
            thread.setDaemon(true);
            return thread;
          });
  private final EventHub hub;
  private final GrpcPort grpc;
  private final Conditions conditions;
  private final CertificateConditions certificates;
  private final Clock clock;
  private volatile long answered = System.nanoTime() - 2 * PATIENCE;

  /** Health of the parts that central cannot work without. */
  public CentralHealth(
      MongoDatabase database,
      EventHub hub,
      GrpcPort grpc,
      Conditions conditions,
      CertificateConditions certificates,
      Clock clock) {
    this.database = database;
    this.hub = hub;
    this.grpc = grpc;
    this.conditions = conditions;
    this.certificates = certificates;
    this.clock = clock;
    looks.scheduleWithFixedDelay(this::look, 0, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  /** Answers with status, checks, timestamp and version. */
  public void answer(Exchange exchange) {
    Map<String, String> checks = checks();
    boolean works = !checks.containsValue(UNHEALTHY);
    CentralHealthAnswer answer =
        new CentralHealthAnswer(
            status(checks),
            checks,
            Problem.told(conditions.problems()),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            version());
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, works ? 200 : 503);
    exchange.getMessage().setBody(Json.text(answer));
  }

  private Map<String, String> checks() {
    tell(
        System.nanoTime() - answered < PATIENCE,
        "database",
        "the document store has not answered a ping for " + PATIENCE_SECONDS + " s",
        "look at the store, at DATABASE_URL and at the line to it; central goes on by itself");
    tell(
        hub.ready(),
        "event_log",
        "central has not read the end of the event log yet",
        "look at KAFKA_BROKERS and at the brokers; central goes on by itself");
    tell(
        grpc.serving(),
        "grpc_server",
        "the gRPC server does not answer on port " + grpc.configuredPort(),
        "look at the log for the reason, and start central again");
    certificates.look();
    Map<String, String> checks = new LinkedHashMap<>();
    for (String check :
        List.of(
            "database",
            "event_log",
            "grpc_server",
            CertificateConditions.CHECK,
            ClockConditions.CHECK,
            ContractNet.CHECK)) {
      checks.put(check, conditions.worst(check).map(Severity::word).orElse(HEALTHY));
    }
    return checks;
  }

  /** What is tried at this moment is told like what failed before. */
  private void tell(boolean well, String check, String cause, String remedy) {
    String part = "central-" + check;
    if (well) {
      conditions.well(part);
    } else {
      conditions.fails(part, check, Severity.UNHEALTHY, cause, remedy);
    }
  }

  private static String status(Map<String, String> checks) {
    if (checks.containsValue(UNHEALTHY)) {
      return UNHEALTHY;
    }
    return checks.containsValue(DEGRADED) ? DEGRADED : HEALTHY;
  }

  private void look() {
    try {
      database.runCommand(new Document("ping", 1));
      answered = System.nanoTime();
      if (conditions.worst("database").isPresent()) {
        // who said so hears of this write too, and so of the end of it
        Document probe = new Document("_id", "probe");
        database
            .getCollection("health")
            .replaceOne(probe, probe, new ReplaceOptions().upsert(true));
      }
    } catch (RuntimeException e) {
      // The time of its last answer says so.
    }
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }

  private static String version() {
    String version = CentralHealth.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
