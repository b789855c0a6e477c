package dev.drover.flows.promises;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Step;
import dev.drover.flows.YamlNode;

/** How a call is named in a promise: {@code bean:accessLogs.store}, {@code direct:commit-event}. */
final class Calls {
  private Calls() {}

  /** Returns the name of what a step calls, or an empty text when it calls nothing. */
  static String of(Step step) {
    if (step.eip().equals("bean")) {
      String method = step.options().text("method");
      int bracket = method.indexOf('(');
      String name = bracket < 0 ? method : method.substring(0, bracket);
      return "bean:" + step.options().text("ref") + "." + name;
    }
    if (step.eip().equals("throwException") || step.eip().equals("stop")) {
      return step.eip();
    }
    return EndpointUse.of(step).map(use -> use.scheme() + ":" + use.path()).orElse("");
  }

  /** Returns an option of a step or consumer, wherever YAML may have it, or an empty text. */
  static String option(YamlNode holder, String name) {
    for (YamlNode node : new YamlNode[] {holder, holder.at("parameters").orElse(holder)}) {
      YamlNode value = node.entries().get(name);
      if (value != null) {
        return value.at("constant", "expression").orElse(value).asText();
      }
    }
    return "";
  }
}
