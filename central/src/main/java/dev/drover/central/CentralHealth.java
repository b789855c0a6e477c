package dev.drover.central;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.proto.Json;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.apache.camel.Exchange;
import org.bson.Document;
import org.springframework.stereotype.Component;

/** {@code GET /health} of central: small, without a token, 503 when it cannot do its work. */
@Component("health")
public class CentralHealth {
  private final MongoDatabase database;
  private final EventHub hub;
  private final GrpcPort grpc;
  private final Clock clock;

  /** Health of the parts that central cannot work without. */
  public CentralHealth(MongoDatabase database, EventHub hub, GrpcPort grpc, Clock clock) {
    this.database = database;
    this.hub = hub;
    this.grpc = grpc;
    this.clock = clock;
  }

  /** Answers with status, checks, timestamp and version. */
  public void answer(Exchange exchange) {
    boolean store = storeAnswers();
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

  private boolean storeAnswers() {
    try {
      return database.runCommand(new Document("ping", 1)) != null;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static String word(boolean well) {
    return well ? "healthy" : "unhealthy";
  }

  private static String version() {
    String version = CentralHealth.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
