package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.KameletFile;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.HashMap;
import java.util.Map;

/** Each Kamelet that is used exists and gets what it needs; each is used at least twice. */
public final class KameletUseRule implements Rule {

  @Override
  public void check(FlowSet flows, Findings out) {
    Map<String, Integer> uses = new HashMap<>();
    flows
        .flows()
        .forEach(
            flow ->
                flow.endpoints().stream()
                    .filter(use -> use.scheme().equals("kamelet"))
                    .filter(use -> !use.path().equals("source") && !use.path().equals("sink"))
                    .forEach(use -> check(flow, use, flows, uses, out)));
    for (KameletFile kamelet : flows.kamelets()) {
      int count = uses.getOrDefault(kamelet.name(), 0);
      if (count < 2) {
        out.add(
            kamelet.path(),
            1,
            "Kamelet used "
                + (count == 0 ? "nowhere" : "once")
                + "; write its steps into the route instead: a Kamelet is used at least twice");
      }
    }
  }

  private static void check(
      Flow flow, EndpointUse use, FlowSet flows, Map<String, Integer> uses, Findings out) {
    KameletFile kamelet = flows.kamelet(use.path()).orElse(null);
    if (kamelet == null) {
      out.add(
          flow.file(),
          use.line(),
          "no Kamelet '" + use.path() + "' in kamelets/; correct the name");
      return;
    }
    uses.merge(kamelet.name(), 1, Integer::sum);
    Map<String, YamlNode> declared = kamelet.parameters();
    use.parameters()
        .forEach(
            (name, value) -> {
              if (!declared.containsKey(name)) {
                out.add(
                    flow.file(),
                    value.line(),
                    "Kamelet '"
                        + kamelet.name()
                        + "' has no parameter '"
                        + name
                        + "'; it has "
                        + String.join(", ", declared.keySet()));
              }
            });
    for (String name : kamelet.required()) {
      if (!use.parameters().containsKey(name)) {
        out.add(
            flow.file(),
            use.line(),
            "Kamelet '"
                + kamelet.name()
                + "' needs the parameter '"
                + name
                + "'; write it under parameters:");
      }
    }
  }
}
