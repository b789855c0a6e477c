package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.Rule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A flow that answers several operations, and asks which of them it has, knows each of them and no
 * other: a name without a branch would be answered with nothing.
 */
public final class OperationRule implements Rule {
  private static final Pattern ASKED =
      Pattern.compile("\\$\\{variable\\.operation}\\s*==\\s*'([^']*)'");

  @Override
  public void check(FlowSet flows, Findings out) {
    flows
        .flows()
        .filter(flow -> flow.from().isPresent())
        .forEach(flow -> check(flow, operations(flow, flows), out));
  }

  /** The operations that this flow answers, of the contracts of its bundle. */
  private static Set<String> operations(Flow flow, FlowSet flows) {
    EndpointUse from = EndpointUse.consumer(flow.from().orElseThrow());
    Set<String> ids = new TreeSet<>();
    flows.operations().entrySet().stream()
        .filter(contract -> contract.getKey().startsWith(flow.bundle()))
        .flatMap(contract -> contract.getValue().entrySet().stream())
        .filter(entry -> from.scheme().equals("direct") && entry.getValue().equals(from.path()))
        .forEach(entry -> ids.add(entry.getKey()));
    return ids;
  }

  private static void check(Flow flow, Set<String> operations, Findings out) {
    Map<String, Integer> asked = new LinkedHashMap<>();
    flow.node()
        .scalars(
            (path, scalar) -> {
              Matcher matcher = ASKED.matcher(scalar.asText());
              while (matcher.find()) {
                asked.putIfAbsent(matcher.group(1), scalar.line());
              }
            });
    asked.forEach(
        (id, line) -> {
          if (!operations.contains(id)) {
            out.add(
                flow.file(),
                line,
                "no operation '" + id + "' is answered by this flow; write one of " + operations);
          }
        });
    boolean asks = !asked.isEmpty() || operations.size() > 1 && branches(flow);
    operations.stream()
        .filter(id -> asks && !asked.containsKey(id))
        .forEach(
            id ->
                out.add(
                    flow.file(),
                    flow.node().line(),
                    "no branch of "
                        + flow.name()
                        + " is for the operation '"
                        + id
                        + "'; write one when ${variable.operation} == '"
                        + id
                        + "'"));
  }

  private static boolean branches(Flow flow) {
    return flow.steps().stream().anyMatch(step -> step.eip().equals("choice"));
  }
}
