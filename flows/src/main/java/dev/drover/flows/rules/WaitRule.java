package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.Set;

/**
 * A flow does not wait by the wall clock: when that is set back by two hours, such a wait takes two
 * hours longer. Camel's {@code timer} waits by {@code java.util.Timer}, which does.
 */
public final class WaitRule implements Rule {
  private static final Set<String> BY_THE_CLOCK = Set.of("timer", "quartz", "cron");
  private static final String SCHEDULER = "scheduler";

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.flows().forEach(flow -> flow.endpoints().forEach(use -> endpoint(flow, use, out)));
  }

  private static void endpoint(Flow flow, EndpointUse use, Findings out) {
    String scheme = use.scheme();
    if (BY_THE_CLOCK.contains(scheme)) {
      out.add(
          flow.file(),
          use.line(),
          "'"
              + scheme
              + "' waits by the wall clock, and stands still when that is set back; write"
              + " scheduler:<name> with initialDelay: and delay:");
      return;
    }
    // Any consumer that polls can be given one of these.
    YamlNode by = use.parameters().get(SCHEDULER);
    if (by != null && !by.asText().equals("none")) {
      out.add(
          flow.file(),
          by.line(),
          "option scheduler waits by the wall clock; delete it, and write delay: instead");
    }
  }
}
