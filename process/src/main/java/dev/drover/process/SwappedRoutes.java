package dev.drover.process;

import dev.drover.engine.live.RouteChange;
import dev.drover.engine.live.RouteSwap;
import dev.drover.engine.live.RouteText;
import dev.drover.engine.live.SwapException;
import dev.drover.flows.live.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;

/** The routes of this process, as those who change flows see them. */
final class SwappedRoutes implements Running {
  private final RouteSwap swap;
  private final CamelContext camel;
  private final Path routes;

  SwappedRoutes(RouteSwap swap, CamelContext camel, Path routes) {
    this.swap = swap;
    this.camel = camel;
    this.routes = routes;
  }

  @Override
  public Duration apply(
      Map<String, String> before,
      Map<String, String> after,
      Set<String> ids,
      Set<String> configurations)
      throws DoesNotStart {
    try {
      return swap.apply(new RouteChange(texts(before), texts(after), ids, configurations));
    } catch (SwapException e) {
      throw new DoesNotStart(e.route(), e.getMessage(), e);
    }
  }

  private List<RouteText> texts(Map<String, String> files) {
    return files.entrySet().stream()
        .map(each -> new RouteText(routes.resolve(each.getKey()).toString(), each.getValue()))
        .toList();
  }

  @Override
  public List<RouteState> states(Set<String> ids) {
    return ids.stream().filter(id -> camel.getRoute(id) != null).map(this::state).toList();
  }

  private RouteState state(String id) {
    return new RouteState(
        id,
        camel.getRouteController().getRouteStatus(id).name(),
        camel.getInflightRepository().size(id));
  }
}
