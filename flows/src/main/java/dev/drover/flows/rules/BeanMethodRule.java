package dev.drover.flows.rules;

import dev.drover.flows.BundleCatalog;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.NearestNames;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import java.util.Set;
import java.util.TreeSet;

/** Each method that a flow calls on a bean exists, with that many parameters. */
public final class BeanMethodRule implements Rule {
  @Override
  public void check(FlowSet flows, Findings out) {
    for (String bundle : flows.bundles()) {
      BundleCatalog catalog = flows.catalogs().get(bundle);
      if (catalog != null) {
        flows
            .flowsOf(bundle)
            .forEach(flow -> flow.allSteps().forEach(step -> check(flow, step, catalog, out)));
      }
    }
  }

  private static void check(Flow flow, Step step, BundleCatalog catalog, Findings out) {
    String bean = step.options().text("ref");
    if (!step.eip().equals("bean") || !catalog.methods().containsKey(bean)) {
      return;
    }
    String written = step.options().text("method");
    int line = step.options().lineAt("/method");
    Set<String> known = catalog.methodNames(bean);
    if (written.isEmpty()) {
      out.add(flow.file(), line, "bean '" + bean + "' without method: write one of " + known);
      return;
    }
    int bracket = written.indexOf('(');
    String name = bracket < 0 ? written : written.substring(0, bracket);
    if (!known.contains(name)) {
      out.add(
          flow.file(),
          line,
          "bean '"
              + bean
              + "' has no method '"
              + name
              + "'"
              + NearestNames.advice(known, name, "write one of " + known));
    } else if (bracket >= 0) {
      int parameters = parameters(written.substring(bracket + 1, written.lastIndexOf(')')));
      Set<Integer> counts = new TreeSet<>();
      for (String method : catalog.methods().get(bean)) {
        if (method.startsWith(name + "/")) {
          counts.add(Integer.valueOf(method.substring(name.length() + 1)));
        }
      }
      if (!counts.contains(parameters)) {
        out.add(
            flow.file(),
            line,
            "%s.%s with %d parameters; write it with %s"
                .formatted(bean, name, parameters, counts.toString().replaceAll("[\\[\\]]", "")));
      }
    }
  }

  /** Counts what stands between the brackets; commas inside of quotes and brackets do not count. */
  private static int parameters(String text) {
    int count = text.isBlank() ? 0 : 1;
    int depth = 0;
    char quote = 0;
    for (char c : text.toCharArray()) {
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(' || c == '{' || c == '[') {
        depth++;
      } else if (c == ')' || c == '}' || c == ']') {
        depth--;
      } else if (c == ',' && depth == 0) {
        count++;
      }
    }
    return count;
  }
}
