package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import java.util.HashMap;
import java.util.Map;

/** Route ids are unique in the repository, step ids (with prefix) in what runs together. */
public final class UniqueIdRule implements Rule {

  @Override
  public void check(FlowSet flows, Findings out) {
    Map<String, String> routes = new HashMap<>();
    flows
        .flows()
        .filter(flow -> flow.kind() != Flow.Kind.KAMELET && !flow.name().isEmpty())
        .forEach(
            flow -> {
              String place = flow.file() + ":" + flow.node().lineAt("/id");
              String other = routes.putIfAbsent(flow.name(), place);
              if (other != null) {
                out.add(
                    flow.file(),
                    flow.node().lineAt("/id"),
                    "id '" + flow.name() + "' is taken by " + other + "; write another id");
              }
            });
    for (String bundle : flows.bundles()) {
      Map<String, String> steps = new HashMap<>();
      for (Flow flow : flows.flowsOf(bundle)) {
        // Camel gives the steps of a Kamelet the id of its instance as prefix
        String prefix = flow.kind() == Flow.Kind.KAMELET ? flow.name() + "/" : flow.prefix();
        flow.allSteps()
            .filter(step -> !step.id().isEmpty())
            .forEach(step -> check(flow, step, prefix + step.id(), steps, out));
      }
    }
  }

  private static void check(
      Flow flow, Step step, String id, Map<String, String> taken, Findings out) {
    int line = step.options().lineAt("/id");
    String other = taken.putIfAbsent(id, flow.file() + ":" + line);
    if (other != null) {
      out.add(flow.file(), line, "step id '" + id + "' is taken by " + other + "; write another");
    }
  }
}
