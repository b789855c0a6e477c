package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;
import java.util.Set;

/** A file holds named things only: nothing in it changes routes that do not name it. */
public final class ConfigurationRule implements Rule {
  private static final Set<String> NAMELESS =
      Set.of(
          "onException",
          "onCompletion",
          "intercept",
          "interceptFrom",
          "interceptSendToEndpoint",
          "errorHandler");

  @Override
  public void check(FlowSet flows, Findings out) {
    for (RouteFile file : flows.files()) {
      file.root()
          .items()
          .forEach(
              entry ->
                  entry
                      .entries()
                      .forEach(
                          (key, node) -> {
                            if (key.equals("routeConfiguration") && node.text("id").isBlank()) {
                              out.add(
                                  file.path(),
                                  node.line(),
                                  "routeConfiguration without id applies to every"
                                      + " route; write id: <name> and routeConfigurationId: <name> in its routes");
                            } else if (NAMELESS.contains(key)) {
                              out.add(
                                  file.path(),
                                  node.line(),
                                  "`"
                                      + key
                                      + "` for all routes; write it inside a routeConfiguration with an id");
                            } else if (key.equals("from")) {
                              out.add(
                                  file.path(),
                                  node.line(),
                                  "from without a route; write - route: with id, description, group and from:");
                            } else if (key.equals("routeTemplate")
                                || key.equals("templatedRoute")) {
                              out.add(
                                  file.path(),
                                  node.line(),
                                  "`" + key + "`; write a Kamelet in kamelets/");
                            }
                          }));
    }
  }
}
