package dev.drover.flows.rules;

import dev.drover.flows.Components;
import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.KameletFile;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A Kamelet names the artifacts that it needs, so that Camel K and the camel command run it. */
public final class KameletDependencyRule implements Rule {
  private final Components components;

  /** Takes from Camel's catalogue which artifact a component is in. */
  public KameletDependencyRule(Components components) {
    this.components = components;
  }

  @Override
  public void check(FlowSet flows, Findings out) {
    for (KameletFile kamelet : flows.kamelets()) {
      Set<String> listed =
          kamelet.root().at("spec", "dependencies").map(YamlNode::items).stream()
              .flatMap(items -> items.stream())
              .map(YamlNode::asText)
              .collect(Collectors.toSet());
      Set<String> missing = needed(kamelet);
      missing.removeAll(listed);
      for (String dependency : missing) {
        out.add(
            kamelet.path(),
            kamelet.root().lineAt("/spec/dependencies"),
            "dependency missing; write \"" + dependency + "\" under spec.dependencies");
      }
    }
  }

  private Set<String> needed(KameletFile kamelet) {
    Set<String> needed = new TreeSet<>();
    for (EndpointUse use : kamelet.flow().endpoints()) {
      String scheme = use.scheme();
      if (components.isStock(scheme)) {
        String artifact = components.catalog().componentModel(scheme).getArtifactId();
        needed.add("camel:" + artifact.replaceFirst("^camel-", ""));
      }
    }
    kamelet
        .flow()
        .allSteps()
        .filter(step -> step.eip().equals("bean"))
        .findFirst()
        .ifPresent(step -> needed.add("camel:bean"));
    return needed;
  }
}
