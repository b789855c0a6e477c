package dev.drover.engine.live;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;

/** Starts and ends single routes of a context. */
final class RunningRoutes {
  /** The two ends inside of a Kamelet, which are endpoints of the same kind. */
  private static final Set<String> ENDS = Set.of("kamelet://source", "kamelet://sink");

  private final CamelContext context;
  private final Model model;

  RunningRoutes(CamelContext context) {
    this.context = context;
    this.model = context.getCamelContextExtension().getContextPlugin(Model.class);
  }

  boolean has(String id) {
    return context.getRoute(id) != null;
  }

  void start(RouteDefinition route) throws SwapException {
    try {
      model.addRouteDefinitions(List.of(route));
    } catch (Exception e) {
      throw new SwapException(route.getRouteId(), cause(e), e);
    }
  }

  /**
   * Stops a route when its last message has left it.
   *
   * @return false when one is still in it after this time; the route runs on
   */
  boolean stop(String id, Duration patience) {
    try {
      return context
          .getRouteController()
          .stopRoute(id, patience.toMillis(), TimeUnit.MILLISECONDS, true);
    } catch (Exception e) {
      throw new IllegalStateException("route " + id + " does not stop", e);
    }
  }

  /** Removes a route; one that runs is stopped first. */
  void remove(String id) {
    RouteDefinition route = model.getRouteDefinition(id);
    if (route == null) {
      return;
    }
    try {
      model.removeRouteDefinition(route);
    } catch (Exception e) {
      throw new IllegalStateException("route " + id + " cannot be removed", e);
    }
  }

  /** Removes the routes of Kamelets that no route uses any more. */
  void removeUnusedKamelets() {
    List<String> unused = unusedKamelets();
    while (!unused.isEmpty()) {
      unused.forEach(this::remove);
      unused = unusedKamelets();
    }
  }

  private List<String> unusedKamelets() {
    Set<String> used =
        context.getEndpoints().stream()
            .filter(KameletEndpoint.class::isInstance)
            .map(KameletEndpoint.class::cast)
            .filter(kamelet -> ENDS.stream().noneMatch(kamelet.getEndpointBaseUri()::startsWith))
            .map(KameletEndpoint::getRouteId)
            .collect(Collectors.toSet());
    return context.getRoutes().stream()
        .filter(route -> route.isCreatedByKamelet() && !used.contains(route.getId()))
        .map(Route::getId)
        .toList();
  }

  int under(String id) {
    return context.getInflightRepository().size(id);
  }

  /** The innermost cause says what is wrong; Camel's own words around it name classes. */
  static String cause(Throwable thrown) {
    Throwable inner = thrown;
    while (inner.getCause() != null && inner.getCause() != inner) {
      inner = inner.getCause();
    }
    return inner.getMessage() == null ? inner.toString() : inner.getMessage();
  }
}
