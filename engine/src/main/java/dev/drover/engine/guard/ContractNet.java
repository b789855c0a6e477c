package dev.drover.engine.guard;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second net under the flows: whatever a flow has become, an answer leaves only with the marks
 * that the contract asks for, and a message is acknowledged only when a store has it. What is held
 * back is an error in the log with the flow's file and line, a figure, and a problem of {@code
 * /health} until the operation is answered rightly.
 */
public final class ContractNet {
  /** The check of {@code /health}. */
  public static final String CHECK = "contract";

  private static final Logger LOG = LoggerFactory.getLogger(ContractNet.class);

  private final Doors doors;
  private final Optional<String> own;
  private final Optional<Conditions> conditions;
  private final Consumer<String> counted;
  private final Set<String> broken = ConcurrentHashMap.newKeySet();

  /**
   * The net of one process.
   *
   * @param doors the operations that it offers besides HTTP
   * @param own the one entity of this process, if it has only one
   * @param conditions hears what is wrong
   * @param counted takes the operation of each answer that is held back
   */
  public ContractNet(
      Doors doors, Optional<String> own, Conditions conditions, Consumer<String> counted) {
    this.doors = doors;
    this.own = own;
    this.conditions = Optional.of(conditions);
    this.counted = counted;
  }

  private ContractNet() {
    this.doors = Doors.none();
    this.own = Optional.empty();
    this.conditions = Optional.empty();
    this.counted = operation -> {};
  }

  /** The net of this context, if it has one. */
  public static Optional<ContractNet> find(CamelContext context) {
    return Optional.ofNullable(CamelContextHelper.findSingleByType(context, ContractNet.class));
  }

  /** The net of this context, or one that only holds back and logs. */
  public static ContractNet of(CamelContext context) {
    return find(context).orElseGet(ContractNet::new);
  }

  static ContractNet of(Exchange exchange) {
    return of(exchange.getContext());
  }

  /** The operations that this process offers besides HTTP. */
  public Doors doors() {
    return doors;
  }

  /**
   * Begins an exchange.
   *
   * @param named the entity that the caller names in its path or query, or null
   */
  public Promises begin(Exchange exchange, Demands demands, Object named) {
    return Promises.begin(exchange, demands, Optional.ofNullable(named).map(Object::toString), own);
  }

  /**
   * Whether an exchange may be answered.
   *
   * @param error whether its answer is an error
   * @return the error to be sent instead
   */
  public Optional<ProtocolException> verdict(Exchange exchange, Promises promises, boolean error) {
    Optional<String> missing =
        error ? promises.missingOfError(exchange) : promises.missing(exchange);
    if (missing.isEmpty()) {
      if (!error) {
        well(promises.demands().operation());
      }
      return Optional.empty();
    }
    report(exchange.getContext(), exchange.getFromRouteId(), promises, missing.get());
    return Optional.of(
        new ProtocolException(
            ErrorCode.INTERNAL_ERROR,
            "The answer is withheld: its flow breaks the contract of "
                + promises.demands().operation()
                + ". The server's log names the flow."));
  }

  /**
   * Whether what an exchange has taken may be acknowledged to whoever brought it.
   *
   * @throws BrokenPromise when not
   */
  public void requireKept(Exchange exchange, Promises promises) {
    promises.missingOfMessage(exchange).ifPresent(missing -> stop(exchange, promises, missing));
    well(promises.demands().operation());
  }

  /**
   * Holds an exchange up.
   *
   * @throws BrokenPromise always
   */
  void stop(Exchange exchange, Promises promises, String missing) {
    String here = ExchangeHelper.getRouteId(exchange);
    String route = here == null ? exchange.getFromRouteId() : here;
    report(exchange.getContext(), route, promises, missing);
    String operation =
        promises == null ? exchange.getFromRouteId() : promises.demands().operation();
    throw new BrokenPromise("the flow does not keep the contract of " + operation + ": " + missing);
  }

  private void well(String operation) {
    if (broken.remove(operation)) {
      conditions.ifPresent(all -> all.well(part(operation)));
    }
  }

  private void report(CamelContext context, String fromRoute, Promises promises, String missing) {
    String operation = promises == null ? fromRoute : promises.demands().operation();
    String flow = promises == null ? fromRoute : promises.demands().flow();
    String place = place(context, flow, fromRoute);
    broken.add(operation);
    counted.accept(operation);
    LOG.atError()
        .addKeyValue("event", "contract_broken")
        .addKeyValue("operation", operation)
        .addKeyValue("flow", place)
        .log("{} is held back: {}; its flow is {}", operation, missing, place);
    conditions.ifPresent(
        all ->
            all.fails(
                part(operation),
                CHECK,
                Severity.DEGRADED,
                operation + " is held back: " + missing,
                "put the step back into " + place + ", and restart the process"));
  }

  private static String part(String operation) {
    return "contract-" + operation;
  }

  /** File and line of the operation's flow, else of the route where it was noticed. */
  private static String place(CamelContext context, String flow, String fromRoute) {
    Route route =
        context.getRoutes().stream()
            .filter(one -> one.getEndpoint().getEndpointUri().equals("direct://" + flow))
            .findFirst()
            .orElseGet(() -> fromRoute == null ? null : context.getRoute(fromRoute));
    if (route == null) {
      return "not known";
    }
    String location = route.getSourceLocation();
    return "route " + route.getRouteId() + (location == null ? "" : " (" + location + ")");
  }
}
