package dev.drover.flows.live;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.flows.Flow;
import dev.drover.flows.RouteFile;
import dev.drover.flows.YamlNode;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What differs between the flows that run and those that are to run; comments and the order of keys
 * do not count.
 *
 * @param routes ids of routes that are another, new or gone, those among them whose configuration
 *     is
 * @param configurations ids of route configurations that are another, new or gone
 * @param atStartOnly kinds of entries that differ and that are read at a start only, such as {@code
 *     rest}, by file
 */
record FlowDifference(
    Set<String> routes, Set<String> configurations, Map<String, String> atStartOnly) {

  static FlowDifference between(Collection<RouteFile> before, Collection<RouteFile> after) {
    Set<String> configurations =
        differing(of(before, Flow.Kind.CONFIGURATION), of(after, Flow.Kind.CONFIGURATION));
    Set<String> routes = differing(of(before, Flow.Kind.ROUTE), of(after, Flow.Kind.ROUTE));
    after.stream()
        .flatMap(file -> file.flows().stream())
        .filter(flow -> flow.kind() == Flow.Kind.ROUTE && uses(flow, configurations))
        .forEach(flow -> routes.add(flow.name()));
    return new FlowDifference(routes, configurations, others(before, after));
  }

  private static boolean uses(Flow route, Set<String> configurations) {
    return Arrays.stream(route.node().text("routeConfigurationId").split(","))
        .anyMatch(configurations::contains);
  }

  private static Map<String, JsonNode> of(Collection<RouteFile> files, Flow.Kind kind) {
    return files.stream()
        .flatMap(file -> file.flows().stream())
        .filter(flow -> flow.kind() == kind)
        .collect(Collectors.toMap(Flow::name, flow -> flow.node().toJson(), (one, two) -> two));
  }

  private static Set<String> differing(Map<String, JsonNode> before, Map<String, JsonNode> after) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeIf(name -> Objects.equals(before.get(name), after.get(name)));
    return names;
  }

  private static Map<String, String> others(
      Collection<RouteFile> before, Collection<RouteFile> after) {
    Map<String, List<JsonNode>> old = others(before);
    Map<String, String> found = new LinkedHashMap<>();
    others(after)
        .forEach(
            (file, entries) -> {
              if (!entries.equals(old.remove(file))) {
                found.put(file, kind(entries));
              }
            });
    old.forEach((file, entries) -> found.put(file, kind(entries)));
    return found;
  }

  /** Entries that are no flows, by file; files without any are left out. */
  private static Map<String, List<JsonNode>> others(Collection<RouteFile> files) {
    Map<String, List<JsonNode>> found = new LinkedHashMap<>();
    for (RouteFile file : files) {
      List<JsonNode> entries =
          file.root().items().stream()
              .filter(FlowDifference::isOther)
              .map(YamlNode::toJson)
              .toList();
      if (!entries.isEmpty()) {
        found.put(file.path(), entries);
      }
    }
    return found;
  }

  private static boolean isOther(YamlNode item) {
    return item.entries().keySet().stream()
        .anyMatch(key -> !key.equals("route") && !key.equals("routeConfiguration"));
  }

  private static String kind(List<JsonNode> entries) {
    return entries.get(0).fieldNames().next();
  }
}
