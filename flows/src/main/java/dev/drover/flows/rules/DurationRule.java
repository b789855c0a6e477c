package dev.drover.flows.rules;

import dev.drover.flows.Components;
import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import dev.drover.flows.YamlNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.apache.camel.tooling.model.EipModel;

/** Durations are quoted, and those of Resilience4j are not in YAML at all. */
public final class DurationRule implements Rule {
  private static final Set<String> DELAYS = Set.of("redeliveryDelay", "maximumRedeliveryDelay");

  private final Components components;

  /** Takes from Camel's catalogue which options are durations. */
  public DurationRule(Components components) {
    this.components = components;
  }

  @Override
  public void check(FlowSet flows, Findings out) {
    flows
        .flows()
        .forEach(
            flow -> {
              flow.endpoints().forEach(use -> endpoint(flow, use, out));
              flow.allSteps().forEach(step -> step(flow, step, out));
            });
  }

  private void endpoint(Flow flow, EndpointUse use, Findings out) {
    ComponentModel model =
        use.scheme().isEmpty() || !components.knows(use.scheme())
            ? null
            : components.catalog().componentModel(use.scheme());
    if (model != null) {
      Set<String> durations = durations(model.getEndpointOptions());
      use.parameters().forEach((name, node) -> quoted(flow, name, node, durations, out));
    }
  }

  private void step(Flow flow, Step step, Findings out) {
    EipModel model = components.catalog().eipModel(step.eip());
    if (model != null) {
      Set<String> durations = durations(model.getOptions());
      step.options().entries().forEach((name, node) -> quoted(flow, name, node, durations, out));
    }
    step.options()
        .at("redeliveryPolicy")
        .ifPresent(
            policy ->
                policy
                    .entries()
                    .forEach(
                        (name, node) -> {
                          quoted(flow, name, node, DELAYS, out);
                          delay(flow, name, node, out);
                        }));
    step.options()
        .at("resilience4jConfiguration")
        .ifPresent(
            resilience ->
                resilience
                    .entries()
                    .forEach(
                        (name, node) -> {
                          if (name.matches(".*[dD]uration.*")) {
                            out.add(
                                flow.file(),
                                node.line(),
                                "Resilience4j "
                                    + name
                                    + " in YAML; write"
                                    + " configuration: <bean> and set the duration there, since its unit changes"
                                    + " between versions");
                          }
                        }));
  }

  private static Set<String> durations(List<? extends BaseOptionModel> options) {
    return options.stream()
        .filter(o -> "duration".equals(o.getType()) || "java.time.Duration".equals(o.getJavaType()))
        .map(BaseOptionModel::getName)
        .collect(Collectors.toSet());
  }

  /** Camel reads these only when a message fails. */
  private static void delay(Flow flow, String name, YamlNode node, Findings out) {
    String text = node.asText();
    boolean known = text.contains("{{") || text.matches("-?\\d+|(\\d+(ms|s|m|h|d))+");
    if (DELAYS.contains(name) && !known) {
      out.add(
          flow.file(),
          node.line(),
          name + " cannot be '" + text + "'; write a duration such as \"5s\"");
    }
  }

  private static void quoted(
      Flow flow, String name, YamlNode node, Set<String> durations, Findings out) {
    if (durations.contains(name) && node.isScalar() && !node.quoted()) {
      out.add(
          flow.file(),
          node.line(),
          "duration " + name + " without quotes; write " + name + ": \"" + node.asText() + "\"");
    }
  }
}
