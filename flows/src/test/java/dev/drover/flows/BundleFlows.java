package dev.drover.flows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The routes of a bundle as they are on disk, for tests that read them. */
record BundleFlows(List<Flow> routes, Map<String, Flow> directs) {
  /** The repository. */
  static final Path HOME =
      Path.of(System.getProperty("drover.home", "..")).toAbsolutePath().normalize();

  static BundleFlows of(String bundle) {
    List<Flow> routes =
        new FlowReader(HOME, HOME.resolve("routes"), HOME.resolve("kamelets"))
            .read(new Findings())
            .filesOf(bundle)
            .flatMap(file -> file.flows().stream())
            .filter(flow -> flow.kind() == Flow.Kind.ROUTE)
            .toList();
    Map<String, Flow> directs =
        routes.stream()
            .filter(flow -> source(flow).startsWith("direct:"))
            .collect(Collectors.toMap(BundleFlows::source, flow -> flow));
    return new BundleFlows(routes, directs);
  }

  private static String source(Flow flow) {
    return flow.from().orElseThrow().text("uri");
  }
}
