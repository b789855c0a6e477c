package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;

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
