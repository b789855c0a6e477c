package dev.drover.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.proto.Json;
import dev.drover.proto.Plain;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.http.base.HttpOperationFailedException;

/** Plays the operator of a mall, who changes a beacon or a merchant now and then. */
public final class DataChanger {
  /** Exchange property: {@code beacons} or {@code merchants}; nothing when there is no token. */
  public static final String COLLECTION = "DroverSimulatedCollection";

  /** Exchange property: whether an item was found to change. */
  public static final String FOUND = "DroverSimulatedItem";

  private static final String PART = "simulated-operator";
  private static final String TOKEN =
      "central refuses DROVER_SIMULATOR_TOKEN: it has expired or belongs to another central; set a new one";

  private static final List<String> COLLECTIONS = List.of("beacons", "merchants");

  private final Supplier<Optional<String>> tokens;
  private final RandomGenerator random;
  private final Conditions conditions;
  private final Clock clock;
  private volatile String last = "idle";

  /**
   * An operator with these tokens.
   *
   * @param tokens a token for each request; without one nothing is changed
   */
  public DataChanger(
      Supplier<Optional<String>> tokens,
      RandomGenerator random,
      Conditions conditions,
      Clock clock) {
    this.tokens = tokens;
    this.random = random;
    this.conditions = conditions;
    this.clock = clock;
  }

  /** Chooses what kind of item is changed next. */
  public void choose(Exchange exchange) {
    Optional<String> token = tokens.get();
    exchange.setProperty(
        COLLECTION, token.isEmpty() ? null : COLLECTIONS.get(random.nextInt(COLLECTIONS.size())));
    last = token.isEmpty() ? "no token: set DROVER_SIMULATOR_TOKEN or DROVER_CENTRAL_KEYS" : last;
  }

  /** Sets the headers of a request to central. */
  public void authorise(Exchange exchange) {
    Message message = exchange.getMessage();
    message.setHeader("Authorization", "Bearer " + tokens.get().orElseThrow());
    message.setHeader("X-Request-ID", UUID.randomUUID().toString());
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
  }

  /** Picks one of the items that central listed, and changes it. */
  public void change(Exchange exchange) {
    JsonNode answer = Json.tree(exchange.getMessage().getBody(byte[].class));
    List<ObjectNode> items = new ArrayList<>();
    for (JsonNode item : answer.path("data")) {
      if (item instanceof ObjectNode object) {
        items.add(object);
      }
    }
    exchange.setProperty(FOUND, !items.isEmpty());
    if (items.isEmpty()) {
      last = "central has no " + exchange.getProperty(COLLECTION);
      return;
    }
    ObjectNode item = items.get(random.nextInt(items.size()));
    item.put("description", "changed by the simulated mall, " + random.nextInt(1_000_000));
    item.put("updated_at", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    exchange.getMessage().setBody(item.toString());
  }

  /** Notes that central took the change. */
  public void changed() {
    last = "changing";
    conditions.well(PART);
  }

  /** Notes who did not take a request of the operator, and why. */
  public void failed(Exchange exchange) {
    Throwable why = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    boolean mall = SimulatorOperations.TELL.equals(exchange.getFromRouteId());
    String who = mall ? "the mall" : "central";
    boolean answered = why instanceof HttpOperationFailedException;
    int status = answered ? ((HttpOperationFailedException) why).getStatusCode() : 0;
    String cause =
        answered
            ? who + " answered the operator " + status
            : who + " does not answer the operator: " + Plain.words(why.getMessage());
    last = mall ? last : cause;
    conditions.fails(
        mall ? SimulatorOperations.TELL : PART,
        "operator",
        Severity.DEGRADED,
        cause,
        status == 401 ? TOKEN : "it is tried again by itself; look at the health of " + who);
  }

  /** What it did last, or why it does nothing. */
  public String activity() {
    return last;
  }
}
