package dev.drover.flows.promises;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Step;
import dev.drover.flows.YamlNode;

/**
 * How a step is named in a promise: {@code bean:accessLogs.store}, {@code direct:commit-event}, and
 * {@code setHeader:entity_id}, since a header can decide who may, or where a request goes.
 */
final class Calls {
  private Calls() {}

  /** Returns what a step does, or an empty text when no promise can be about it. */
  static String of(Step step) {
    if (step.eip().equals("bean")) {
      String method = step.options().text("method");
      int bracket = method.indexOf('(');
      String name = bracket < 0 ? method : method.substring(0, bracket);
      return "bean:" + step.options().text("ref") + "." + name;
    }
    if (step.eip().equals("setHeader")) {
      return "setHeader:" + step.options().text("name");
    }
    if (step.eip().equals("removeHeaders")) {
      return "removeHeaders:" + step.options().text("pattern");
    }
    if (step.eip().equals("throwException") || step.eip().equals("stop")) {
      return step.eip();
    }
    return EndpointUse.of(step).map(use -> use.scheme() + ":" + use.path()).orElse("");
  }

  /** Returns whether a step calls somebody; headers and what ends a flow are no calls. */
  static boolean isCall(Step step) {
    String name = of(step);
    return !name.isEmpty() && !name.startsWith("setHeader:") && !name.startsWith("removeHeaders:");
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
