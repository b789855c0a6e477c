package dev.drover.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Problem;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/** What people ask of the simulated mall, and what it tells them now and then. */
public final class SimulatorOperations {
  /** Exchange property: whether there is something new to tell. */
  public static final String NEWS = "DroverSimulatorNews";

  /** The route that tells people how the beacons are doing. */
  static final String TELL = "simulator-beacons-tell";

  private static final String SECONDS = "seconds";
  private static final long LONGEST = Duration.ofDays(1).toSeconds();

  private final DataChanger operator;
  private final BeaconFleet beacons;
  private final Line line;
  private final Supplier<Optional<String>> tokens;
  private final Conditions conditions;
  private final Clock clock;
  private volatile BeaconFleet.Figures told;

  /**
   * Operations on these parts.
   *
   * @param tokens a token of role operator, to read the mall's ledger
   */
  public SimulatorOperations(
      DataChanger operator,
      BeaconFleet beacons,
      Line line,
      Supplier<Optional<String>> tokens,
      Conditions conditions,
      Clock clock) {
    this.operator = operator;
    this.beacons = beacons;
    this.line = line;
    this.tokens = tokens;
    this.conditions = conditions;
    this.clock = clock;
  }

  /** Answers {@code GET /health} of the simulated mall. */
  public void health(Exchange exchange) {
    BeaconFleet.Figures figures = beacons.figures();
    ObjectNode answer = Json.MAPPER.createObjectNode();
    List<Problem> problems = conditions.problems();
    answer.put("status", problems.isEmpty() ? "healthy" : "degraded");
    if (!problems.isEmpty()) {
      answer.set("problems", Json.MAPPER.valueToTree(Problem.told(problems)));
    }
    answer.put("activity", operator.activity());
    answer.set("line", line());
    ObjectNode sum = answer.putObject("beacons");
    sum.put("configured", figures.beacons());
    sum.put("registered", figures.registered());
    sum.put("reports_acknowledged", figures.acknowledged());
    sum.put("logs_acknowledged", figures.logs());
    sum.put("tries_failed", figures.failed());
    sum.put("logs_waiting", figures.waiting());
    sum.put("logs_dropped", figures.dropped());
    answer.put("timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    exchange.getMessage().setBody(answer.toString());
  }

  /**
   * Answers {@code POST /api/line/cut} {@code {"seconds":60}}.
   *
   * @throws ProtocolException VALIDATION_FAILED for less than a second or more than a day
   */
  public void cutLine(Exchange exchange) {
    JsonNode seconds = Json.tree(exchange.getMessage().getBody(byte[].class)).path(SECONDS);
    boolean whole = seconds.isIntegralNumber() && seconds.canConvertToInt();
    if (!whole || seconds.asLong() < 1 || seconds.asLong() > LONGEST) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "seconds is not a number from 1 to " + LONGEST,
          Map.of("field", SECONDS));
    }
    line.cut(Duration.ofSeconds(seconds.asLong()));
    exchange.getMessage().setBody(line().toString());
  }

  private ObjectNode line() {
    ObjectNode state = Json.MAPPER.createObjectNode();
    state.put("cut", line.isCut());
    state.put("left_seconds", (line.left().toMillis() + 999) / 1000);
    state.put("connections", line.connections());
    return state;
  }

  /** Says whether the beacons have done something since the last time, and can be told of. */
  public void news(Exchange exchange) {
    exchange.setProperty(NEWS, tokens.get().isPresent() && !beacons.figures().equals(told));
  }

  /** Makes one line for people of the mall's ledger and the beacons' own figures. */
  public void tell(Exchange exchange) {
    JsonNode ledger = Json.tree(exchange.getMessage().getBody(byte[].class));
    told = beacons.figures();
    conditions.well(TELL);
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d beacons registered · %,d reports acknowledged · %,d queued at the mall",
            told.registered(),
            told.acknowledged(),
            ledger.path("pending").asLong()));
    if (told.registered() < told.beacons()) {
      text.insert(text.indexOf(" "), " of " + told.beacons());
    }
    if (told.dropped() > 0) {
      text.append(String.format(Locale.ROOT, " · %,d logs found no room", told.dropped()));
    }
    exchange.getMessage().setBody(text.toString());
  }
}
