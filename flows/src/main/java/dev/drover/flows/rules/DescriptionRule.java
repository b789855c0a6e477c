package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import java.util.Set;

/** Every {@code from} and every outward step says what it is for. */
public final class DescriptionRule implements Rule {
  private static final Set<String> OUTWARD =
      Set.of(
          "to",
          "toD",
          "wireTap",
          "enrich",
          "pollEnrich",
          "poll",
          "recipientList",
          "routingSlip",
          "dynamicRouter");

  @Override
  public void check(FlowSet flows, Findings out) {
    flows
        .flows()
        .forEach(
            flow -> {
              if (flow.kind() == Flow.Kind.ROUTE) {
                checkFrom(flow, out);
              }
              flow.allSteps()
                  .filter(step -> OUTWARD.contains(step.eip()))
                  .forEach(step -> checkStep(flow, step, out));
            });
  }

  private static void checkFrom(Flow flow, Findings out) {
    flow.from()
        .filter(from -> from.text("description").isBlank())
        .ifPresent(
            from ->
                out.add(
                    flow.file(),
                    from.line(),
                    "from without description; write description: what comes in here"));
  }

  private static void checkStep(Flow flow, Step step, Findings out) {
    if (step.options().text("description").isBlank()) {
      out.add(
          flow.file(),
          step.line(),
          "outward step `"
              + step.eip()
              + "` without description; write description: what is sent where and why");
    }
  }
}
