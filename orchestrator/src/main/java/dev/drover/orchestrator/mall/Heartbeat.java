package dev.drover.orchestrator.mall;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.schema.ParsedBody;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.central.CentralCall;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralOutcomes;
import dev.drover.orchestrator.central.CentralToken;
import dev.drover.proto.Json;
import dev.drover.proto.navign.HeartbeatRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;

/** The mall's sign of life (document 1, section 7.2; R-28). */
public final class Heartbeat {
  /** Exchange property: whether central expects a heartbeat now. */
  public static final String DUE = "DroverHeartbeatDue";

  /** A timer is never exact: what is due within this share of the interval is due now. */
  private static final double GRACE = 0.1;

  /** What central may ask for, in seconds: a mall that is silent for longer counts as lost. */
  private static final double LONGEST_PAUSE = 3_600;

  private final CentralLink link;
  private final CentralOutcomes outcomes;
  private final MallHealth health;
  private final MallFigures figures;
  private final MallIdentity identity;
  private final Clock clock;
  private final Ticker ticker;
  private volatile Tick next;

  /** The sign of life of this mall. */
  public Heartbeat(
      CentralLink link,
      CentralOutcomes outcomes,
      MallHealth health,
      MallFigures figures,
      MallIdentity identity,
      Clock clock,
      Ticker ticker) {
    this.link = link;
    this.outcomes = outcomes;
    this.health = health;
    this.figures = figures;
    this.identity = identity;
    this.clock = clock;
    this.ticker = ticker;
    this.next = ticker.now();
  }

  /** Sets {@link #DUE}: the mall is registered, and central has not asked for a longer pause. */
  public void plan(Exchange exchange) {
    boolean due = link.token().isPresent() && !ticker.now().isBefore(next);
    exchange.setProperty(DUE, due && outcomes.due(CentralCall.HEARTBEAT));
  }

  /** Writes the request. */
  public void write(Exchange exchange) {
    HeartbeatRequest body =
        new HeartbeatRequest(
            link.token().map(CentralToken::assignedId).orElse(identity.orchestratorId()),
            identity.entityId(),
            health.status(),
            identity.version(),
            figures.uptimeSeconds(),
            0,
            0,
            figures.pendingTasks(),
            new HeartbeatRequest.Metrics(
                figures.cpuPercent(),
                figures.memoryUsedMb(),
                figures.diskUsedGb(),
                figures.cacheSizeMb()),
            clock.instant().truncatedTo(ChronoUnit.MILLIS));
    exchange.getMessage().setHeader("X-Idempotency-Key", UUID.randomUUID().toString());
    exchange.getMessage().setBody(Json.text(body));
  }

  /** Reads the answer: when to come again; answers what central asks for, a list of words. */
  public void read(Exchange exchange) {
    JsonNode answer = ParsedBody.tree(exchange);
    double seconds = Math.min(LONGEST_PAUSE, answer.path("next_heartbeat_seconds").asDouble(0));
    next = ticker.now().plus(Duration.ofMillis(Math.round(seconds * 1000 * (1 - GRACE))));
    List<String> commands = new ArrayList<>();
    for (JsonNode command : answer.path("commands")) {
      commands.add(command.isTextual() ? command.textValue() : command.path("type").asText());
    }
    exchange.getMessage().setBody(commands);
  }
}
