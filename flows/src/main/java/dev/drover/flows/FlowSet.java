package dev.drover.flows;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All flows of a repository and what they may refer to.
 *
 * @param beans names by bundle, from {@code routes/<bundle>/beans.txt}
 * @param entries names of direct routes that code calls, by bundle, from {@code
 *     routes/<bundle>/entries.txt}
 * @param operations the flow that answers each operation, by its id, by file name, from
 *     proto/openapi
 * @param properties names of settings that have a value in the applications or in config/
 * @param catalogs what the process of a bundle offers, from {@code
 *     proto/flows/<bundle>.catalog.yaml}
 * @param promises what flows promise, from {@code proto/flows/<bundle>.promises.yaml}
 */
public record FlowSet(
    List<RouteFile> files,
    List<KameletFile> kamelets,
    Map<String, Set<String>> beans,
    Map<String, Set<String>> entries,
    Map<String, Map<String, String>> operations,
    Set<String> properties,
    Map<String, BundleCatalog> catalogs,
    Map<String, Map<String, Promise>> promises) {

  /** Folder whose files run together with those of every bundle. */
  public static final String SHARED = "shared";

  /** Returns all routes, route configurations and Kamelet templates. */
  public Stream<Flow> flows() {
    return Stream.concat(
        files.stream().flatMap(f -> f.flows().stream()), kamelets.stream().map(KameletFile::flow));
  }

  /** Returns the names of the bundles that run as a process; only shared when there is no other. */
  public Set<String> bundles() {
    Set<String> names = new LinkedHashSet<>();
    files.forEach(file -> names.add(file.bundle()));
    if (names.size() > 1) {
      names.remove(SHARED);
    }
    return names;
  }

  /** Returns the files that run together in a bundle. */
  public Stream<RouteFile> filesOf(String bundle) {
    return files.stream().filter(f -> f.bundle().equals(bundle) || f.bundle().equals(SHARED));
  }

  /** Returns the flows that run together in a bundle, with the Kamelets that they use. */
  public List<Flow> flowsOf(String bundle) {
    Set<Flow> flows = new LinkedHashSet<>();
    filesOf(bundle).forEach(file -> file.flows().forEach(flow -> collect(flow, flows)));
    return List.copyOf(flows);
  }

  private void collect(Flow flow, Set<Flow> flows) {
    if (flows.add(flow)) {
      flow.endpoints().stream()
          .filter(use -> use.scheme().equals("kamelet"))
          .flatMap(use -> kamelet(use.path()).stream())
          .forEach(kamelet -> collect(kamelet.flow(), flows));
    }
  }

  /** Returns the Kamelet that an endpoint path names; what follows a slash is its route id. */
  public Optional<KameletFile> kamelet(String path) {
    String name = path.contains("/") ? path.substring(0, path.indexOf('/')) : path;
    return kamelets.stream().filter(k -> k.name().equals(name)).findFirst();
  }

  /** Returns the names that code gives to a bundle: its own and those of shared. */
  public static Set<String> namesOf(Map<String, Set<String>> byBundle, String bundle) {
    Set<String> names = new LinkedHashSet<>(byBundle.getOrDefault(SHARED, Set.of()));
    names.addAll(byBundle.getOrDefault(bundle, Set.of()));
    return names;
  }
}
