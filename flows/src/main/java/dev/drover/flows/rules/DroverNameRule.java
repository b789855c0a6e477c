package dev.drover.flows.rules;

import dev.drover.flows.BundleCatalog;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.NearestNames;
import dev.drover.flows.Rule;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Properties and headers of ours are spelt as code spells them; one that only flows use is both set
 * and read.
 */
public final class DroverNameRule implements Rule {
  private static final Pattern NAME = Pattern.compile("\\bDrover[A-Z]\\w*");
  private static final Set<String> PROSE = Set.of("description", "note");

  @Override
  public void check(FlowSet flows, Findings out) {
    for (String bundle : flows.bundles()) {
      BundleCatalog catalog = flows.catalogs().get(bundle);
      if (catalog == null) {
        continue;
      }
      Map<String, Integer> uses = new TreeMap<>();
      Set<String> set = new HashSet<>();
      for (Flow flow : flows.flowsOf(bundle)) {
        flow.node()
            .scalars(
                (path, scalar) -> {
                  String key = path.isEmpty() ? "" : path.get(path.size() - 1);
                  Matcher matcher = NAME.matcher(scalar.asText());
                  while (!PROSE.contains(key) && matcher.find()) {
                    uses.merge(matcher.group(), 1, Integer::sum);
                    if (key.equals("name")) {
                      set.add(matcher.group());
                    }
                  }
                });
      }
      Set<String> known = new HashSet<>(catalog.names());
      set.stream().filter(name -> uses.get(name) > 1).forEach(known::add);
      flows.flowsOf(bundle).forEach(flow -> check(flow, known, out));
    }
  }

  private static void check(Flow flow, Set<String> known, Findings out) {
    flow.node()
        .scalars(
            (path, scalar) -> {
              String key = path.isEmpty() ? "" : path.get(path.size() - 1);
              Matcher matcher = NAME.matcher(scalar.asText());
              while (!PROSE.contains(key) && matcher.find()) {
                String name = matcher.group();
                if (!known.contains(name)) {
                  out.add(
                      flow.file(),
                      scalar.line(),
                      "nobody knows '"
                          + name
                          + "'"
                          + NearestNames.advice(known, name, "set it in a flow before it is read"));
                }
              }
            });
  }
}
