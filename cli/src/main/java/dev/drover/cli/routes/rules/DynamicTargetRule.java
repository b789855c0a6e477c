package dev.drover.cli.routes.rules;

import dev.drover.cli.routes.EndpointUse;
import dev.drover.cli.routes.Findings;
import dev.drover.cli.routes.Flow;
import dev.drover.cli.routes.FlowSet;
import dev.drover.cli.routes.Rule;

/** No target is made of data, and no placeholder is resolved at run time inside of one. */
public final class DynamicTargetRule implements Rule {

  @Override
  public void check(FlowSet flows, Findings out) {
    flows
        .flows()
        .forEach(
            flow ->
                flow.endpoints().stream()
                    .filter(EndpointUse::dynamic)
                    .forEach(use -> check(flow, use, out)));
  }

  private static void check(Flow flow, EndpointUse use, Findings out) {
    if (use.uri().contains("${")
        || use.parameters().values().stream().anyMatch(value -> value.asText().contains("${"))) {
      out.add(
          flow.file(),
          use.line(),
          "target made of data: "
              + use.uri()
              + "; write choice with one to: per target, or a header that the component reads");
    }
    if (use.uri().contains("{{")) {
      out.add(
          flow.file(),
          use.line(),
          "placeholder inside a dynamic uri: "
              + use.uri()
              + "; write to: with a uri that is fixed at start");
    }
  }
}
