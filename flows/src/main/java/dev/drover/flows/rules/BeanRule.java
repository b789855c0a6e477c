package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Each bean that a flow names is declared in beans.txt or in YAML. */
public final class BeanRule implements Rule {
  private static final Set<String> REFERRING =
      Set.of(
          "ref",
          "aggregationStrategy",
          "circuitBreaker",
          "idempotentRepository",
          "aggregationRepository",
          "executorService",
          "timeoutExecutorService",
          "onPrepare",
          "comparator",
          "errorHandlerRef",
          "routePolicy",
          "routePolicyRef",
          "onExceptionOccurredRef",
          "onRedeliveryRef",
          "retryWhileRef",
          "redeliveryPolicyRef",
          "exchangeFormatterRef");

  private static final Pattern IN_SIMPLE =
      Pattern.compile("\\$\\{(?:bean|ref):(?!type:)([A-Za-z_][\\w-]*)");

  @Override
  public void check(FlowSet flows, Findings out) {
    for (String bundle : flows.bundles()) {
      Set<String> known = FlowSet.namesOf(flows.beans(), bundle);
      flows
          .filesOf(bundle)
          .forEach(
              file ->
                  file.root()
                      .items()
                      .forEach(
                          entry ->
                              entry
                                  .at("beans")
                                  .map(YamlNode::items)
                                  .orElse(List.of())
                                  .forEach(bean -> known.add(bean.text("name")))));
      flows.flowsOf(bundle).forEach(flow -> check(flow, bundle, known, out));
    }
  }

  private static void check(Flow flow, String bundle, Set<String> known, Findings out) {
    Set<String> names = new HashSet<>(known);
    flow.node()
        .at("beans")
        .map(YamlNode::items)
        .orElse(List.of())
        .forEach(bean -> names.add(bean.text("name")));
    for (EndpointUse use : flow.endpoints()) {
      if (use.scheme().equals("bean")) {
        require(flow, use.line(), use.path(), bundle, names, out);
      }
    }
    flow.node()
        .scalars(
            (path, scalar) -> {
              String text = scalar.asText();
              String key = path.isEmpty() ? "" : path.get(path.size() - 1);
              if (REFERRING.contains(key) && !text.contains(".") && !text.startsWith("#")) {
                require(flow, scalar.line(), text, bundle, names, out);
              } else if (text.matches("#(bean:)?[A-Za-z_][\\w-]*") && !key.equals("pattern")) {
                require(
                    flow, scalar.line(), text.replaceFirst("#(bean:)?", ""), bundle, names, out);
              }
              Matcher matcher = IN_SIMPLE.matcher(text);
              while (matcher.find()) {
                require(flow, scalar.line(), matcher.group(1), bundle, names, out);
              }
            });
  }

  private static void require(
      Flow flow, int line, String name, String bundle, Set<String> known, Findings out) {
    if (!known.contains(name) && !name.isEmpty() && !name.contains("{{")) {
      out.add(
          flow.file(),
          line,
          "no bean '"
              + name
              + "'; name it in routes/"
              + bundle
              + "/beans.txt (or routes/shared/beans.txt), or correct the name");
    }
  }
}
