package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every route says who it is and where it belongs. */
public final class RouteAttributesRule implements Rule {
  private static final Map<String, String> NEEDED = new LinkedHashMap<>();

  static {
    NEEDED.put("id", "id: <area>-<object>-<verb>, such as uplink-events-send");
    NEEDED.put("description", "description: what the route does, in one sentence");
    NEEDED.put("group", "group: the flow that it belongs to");
    NEEDED.put("nodePrefixId", "nodePrefixId: a short prefix that ends with a dash");
    NEEDED.put("routeConfigurationId", "routeConfigurationId: the error handling that it uses");
  }

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.flows().filter(f -> f.kind() == Flow.Kind.ROUTE).forEach(f -> check(f, flows, out));
  }

  private static void check(Flow flow, FlowSet flows, Findings out) {
    int line = flow.node().line();
    NEEDED.forEach(
        (key, advice) -> {
          if (flow.node().text(key).isBlank()) {
            out.add(flow.file(), line, "route without " + key + "; write " + advice);
          }
        });
    if (!flow.name().isEmpty() && !flow.name().matches("[a-z][a-z0-9]*(-[a-z0-9]+){2,}")) {
      out.add(
          flow.file(),
          flow.node().lineAt("/id"),
          "route id '" + flow.name() + "'; write <area>-<object>-<verb> in lower case");
    }
    if (!flow.prefix().isEmpty() && !flow.prefix().matches("[a-z][a-z0-9-]*-")) {
      out.add(
          flow.file(),
          flow.node().lineAt("/nodePrefixId"),
          "nodePrefixId '" + flow.prefix() + "'; write lower case words that end with a dash");
    }
    String configuration = flow.node().text("routeConfigurationId");
    if (!configuration.isEmpty() && !known(flows, flow.bundle(), configuration)) {
      out.add(
          flow.file(),
          flow.node().lineAt("/routeConfigurationId"),
          "no routeConfiguration with id '"
              + configuration
              + "' in routes/shared or routes/"
              + flow.bundle());
    }
  }

  private static boolean known(FlowSet flows, String bundle, String id) {
    return flows
        .filesOf(bundle)
        .flatMap(file -> file.flows().stream())
        .anyMatch(f -> f.kind() == Flow.Kind.CONFIGURATION && f.name().equals(id));
  }
}
