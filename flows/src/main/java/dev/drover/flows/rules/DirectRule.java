package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Each {@code direct:} that is called exists, and each that exists is called. */
public final class DirectRule implements Rule {
  private static final Pattern DIRECT = Pattern.compile("\\bdirect:(?://)?([A-Za-z][\\w.-]*)");
  private static final Set<String> PROSE = Set.of("description", "note");

  @Override
  public void check(FlowSet flows, Findings out) {
    Set<String> called = new HashSet<>();
    for (String bundle : flows.bundles()) {
      List<Flow> together = flows.flowsOf(bundle);
      Set<String> consumers = new TreeSet<>();
      together.forEach(flow -> consumer(flow, consumers));
      together.forEach(flow -> callers(flow, bundle, consumers, called, out));
      called.addAll(FlowSet.namesOf(flows.entries(), bundle));
      for (Map.Entry<String, Integer> operation : operations(flows, bundle, out).entrySet()) {
        called.add(operation.getKey());
      }
    }
    flows
        .flows()
        .forEach(
            flow -> {
              Set<String> names = new HashSet<>();
              consumer(flow, names);
              names.removeAll(called);
              names.forEach(name -> unused(flow, name, out));
            });
  }

  private static void consumer(Flow flow, Set<String> names) {
    flow.from()
        .map(EndpointUse::consumer)
        .filter(use -> use.scheme().equals("direct"))
        .ifPresent(use -> names.add(use.path()));
  }

  private static void callers(
      Flow flow, String bundle, Set<String> consumers, Set<String> called, Findings out) {
    flow.node()
        .scalars(
            (path, scalar) -> {
              boolean from = path.equals(List.of("from", "uri"));
              boolean fromOfKamelet = path.equals(List.of("route", "from", "uri"));
              if (from || fromOfKamelet || path.stream().anyMatch(PROSE::contains)) {
                return;
              }
              Matcher matcher = DIRECT.matcher(scalar.asText());
              while (matcher.find()) {
                called.add(matcher.group(1));
                if (!consumers.contains(matcher.group(1))) {
                  out.add(
                      flow.file(),
                      scalar.line(),
                      "no route from direct:"
                          + matcher.group(1)
                          + " in routes/shared or routes/"
                          + bundle
                          + "; write that route or correct the name");
                }
              }
            });
  }

  /** Operations of the OpenAPI documents that a rest entry of the bundle names. */
  private static Map<String, Integer> operations(FlowSet flows, String bundle, Findings out) {
    Map<String, Integer> result = new TreeMap<>();
    Set<String> consumers = new HashSet<>();
    flows.flowsOf(bundle).forEach(flow -> consumer(flow, consumers));
    flows
        .filesOf(bundle)
        .forEach(
            file ->
                flows
                    .operations()
                    .forEach(
                        (document, byId) -> {
                          int line = lineThatNames(file, document);
                          if (line > 0) {
                            byId.forEach(
                                (id, answers) -> {
                                  result.put(answers, line);
                                  if (!consumers.contains(answers)) {
                                    out.add(
                                        file.path(),
                                        line,
                                        "operation '"
                                            + id
                                            + "' of "
                                            + document
                                            + " has no route; write one from direct:"
                                            + answers
                                            + " in routes/"
                                            + bundle);
                                  }
                                });
                          }
                        }));
    return result;
  }

  private static int lineThatNames(RouteFile file, String document) {
    int[] line = {0};
    file.root()
        .scalars(
            (path, scalar) -> {
              boolean specification = path.contains("specification") || path.contains("uri");
              if (specification
                  && scalar.asText().matches("(.*[/:])?" + Pattern.quote(document) + "(#.*)?")) {
                line[0] = scalar.line();
              }
            });
    return line[0];
  }

  private static void unused(Flow flow, String name, Findings out) {
    out.add(
        flow.file(),
        flow.from().map(from -> from.lineAt("/uri")).orElse(1),
        "nobody calls direct:"
            + name
            + "; delete the route, or name it in routes/"
            + flow.bundle()
            + "/entries.txt when code calls it");
  }
}
