package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A call to somebody else takes none of our headers along, and is not made where every message
 * waits for it.
 */
public final class OutwardRule implements Rule {
  private static final Set<String> HTTP = Set.of("http", "https", "vertx-http", "netty-http");

  /** Steps that set no header which the flow does not name. */
  private static final Set<String> KEEPING =
      Set.of("log", "removeHeader", "setBody", "setHeader", "setProperty", "setVariable");

  /** Central and the mall speak our protocol; their callers choose what they are told. */
  private static final String OURS = "{{drover.";

  /** What may be called under the lock of a partition of the event log. */
  private static final Set<String> QUICK =
      Set.of("sse", "ws", "grpc-events", "direct", "kamelet", "bean", "log");

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.flows().forEach(flow -> stripped(flow, flow.steps(), false, out));
    for (String bundle : flows.bundles()) {
      List<Flow> together = flows.flowsOf(bundle);
      Map<String, Flow> seams = new HashMap<>();
      together.forEach(
          flow ->
              flow.from().map(EndpointUse::consumer).ifPresent(use -> seams.put(use.uri(), flow)));
      for (Flow flow : together) {
        boolean fanOut =
            flow.from()
                .map(EndpointUse::consumer)
                .filter(use -> use.scheme().equals("event-log"))
                .isPresent();
        if (fanOut) {
          quick(flow, seams, new HashSet<>(), out);
        }
      }
    }
  }

  private static void stripped(Flow flow, List<Step> steps, boolean before, Findings out) {
    boolean gone = before;
    for (Step step : steps) {
      boolean here = gone;
      EndpointUse.of(step)
          .filter(use -> isHttp(use) && !here)
          .ifPresent(
              use ->
                  out.add(
                      flow.file(),
                      use.line(),
                      "a call over HTTP takes every header along, tokens and keys too; write"
                          + " removeHeaders: {pattern: \"*\"} before it, then set what the other"
                          + " side needs"));
      List<Step> inLine = step.children().stream().filter(child -> !child.block()).toList();
      stripped(flow, inLine, gone, out);
      for (Step child : step.children()) {
        if (child.block()) {
          stripped(flow, child.children(), gone, out);
        }
      }
      gone = after(step, gone);
    }
  }

  /** Whether there are still no headers but those that the flow itself has set. */
  private static boolean after(Step step, boolean before) {
    boolean all = step.eip().equals("removeHeaders") && step.options().text("pattern").equals("*");
    // a bean, another route or what stands inside may set headers again, such as a token
    return all || before && KEEPING.contains(step.eip());
  }

  private static boolean isHttp(EndpointUse use) {
    return HTTP.contains(use.scheme())
        || use.scheme().isEmpty() && !use.uri().startsWith(OURS) && !use.dynamic();
  }

  private static void quick(Flow flow, Map<String, Flow> seams, Set<Flow> seen, Findings out) {
    if (!seen.add(flow)) {
      return;
    }
    flow.allSteps()
        .forEach(
            step ->
                EndpointUse.of(step)
                    .ifPresent(
                        use -> {
                          if (!QUICK.contains(use.scheme())) {
                            out.add(
                                flow.file(),
                                use.line(),
                                "'"
                                    + (use.scheme().isEmpty() ? use.uri() : use.scheme())
                                    + "' inside the fan-out: every stream waits for it; write it in a"
                                    + " route of its own, from a queue");
                          }
                          Flow next = seams.get(use.uri());
                          if (next != null) {
                            quick(next, seams, seen, out);
                          }
                        }));
  }
}
