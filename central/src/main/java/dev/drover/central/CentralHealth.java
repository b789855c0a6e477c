package dev.drover.central;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.proto.Json;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.bson.Document;
import org.springframework.stereotype.Component;

/**
 * {@code GET /health} of central: small, without a token, 503 when it cannot do its work. The
 * database is asked in the background, so that a slow one does not keep the answer.
 */
@Component("health")
public class CentralHealth implements AutoCloseable {
  private static final long LOOK_SECONDS = 1;

  /** How long the database may say nothing before it counts as away. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(8);

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
  private final Clock clock;
  private volatile long answered = System.nanoTime() - 2 * PATIENCE;

  /** Health of the parts that central cannot work without. */
  public CentralHealth(MongoDatabase database, EventHub hub, GrpcPort grpc, Clock clock) {
    this.database = database;
    this.hub = hub;
    this.grpc = grpc;
    this.clock = clock;
    looks.scheduleWithFixedDelay(this::look, 0, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  /** Answers with status, checks, timestamp and version. */
  public void answer(Exchange exchange) {
    boolean store = System.nanoTime() - answered < PATIENCE;
    boolean events = hub.ready();
    boolean calls = grpc.serving();
    boolean well = store && events && calls;
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("status", word(well));
    answer
        .putObject("checks")
        .put("database", word(store))
        .put("event_log", word(events))
        .put("grpc_server", word(calls));
    answer.put("timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    answer.put("version", version());
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, well ? 200 : 503);
    exchange.getMessage().setBody(answer.toString());
  }

  private void look() {
    try {
      database.runCommand(new Document("ping", 1));
      answered = System.nanoTime();
    } catch (RuntimeException e) {
      // The time of its last answer says so.
    }
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }

  private static String word(boolean well) {
    return well ? "healthy" : "unhealthy";
  }

  private static String version() {
    String version = CentralHealth.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
