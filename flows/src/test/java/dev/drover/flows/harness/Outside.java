package dev.drover.flows.harness;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Step;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;

/**
 * What a flow file calls and does not contain: beans, endpoints that leave the process, and direct:
 * routes of other files. All of it is recorded.
 */
record Outside(CamelContext camel, Recorder recorder) {
  private static final Set<String> REAL = Set.of("direct", "kamelet", "log", "platform-http");

  /** Binds each bean that the flows name: the test's own, or one that records. */
  void bind(List<Flow> flows, Map<String, Object> realBeans) {
    Set<String> names = new LinkedHashSet<>();
    flows.stream().flatMap(Flow::allSteps).forEach(step -> named(step, names));
    for (String name : names) {
      Object real = realBeans.get(name);
      camel.getRegistry().bind(name, real != null ? real : recorder.bean(name, BeanTypes.of(name)));
    }
    realBeans.forEach(camel.getRegistry()::bind);
  }

  private static void named(Step step, Set<String> names) {
    for (String key : List.of("ref", "aggregationStrategy", "onExceptionOccurredRef")) {
      String name = step.options().text(key).replaceFirst("^#", "");
      if (!name.isEmpty() && !name.contains(".")) {
        names.add(name);
      }
    }
  }

  /** Puts something that records in the place of endpoints and routes of others. */
  void stub(FlowSet all, RouteFile file) throws Exception {
    List<EndpointUse> uses = file.flows().stream().flatMap(f -> f.endpoints().stream()).toList();
    Set<String> schemes =
        uses.stream()
            .map(EndpointUse::scheme)
            .filter(scheme -> !scheme.isEmpty() && !REAL.contains(scheme))
            .filter(scheme -> !scheme.contains("{"))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    schemes.addAll(Set.of("http", "https"));
    schemes.forEach(s -> camel.addComponent(s, new RecordingComponent(s, recorder)));
    Predicate<EndpointUse> direct = use -> use.scheme().equals("direct");
    Set<String> own =
        uses.stream()
            .filter(direct.and(use -> use.role() == EndpointUse.Role.CONSUMER))
            .map(EndpointUse::path)
            .collect(Collectors.toSet());
    Set<String> others =
        uses.stream()
            .filter(direct)
            .map(EndpointUse::path)
            .filter(path -> !own.contains(path) && !path.contains("{"))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    operations(all, file).filter(name -> !own.contains(name)).forEach(others::add);
    camel.addRoutes(directsOfOthers(others));
  }

  /** The flows that answer the contract that the file binds, if it does. */
  private static Stream<String> operations(FlowSet all, RouteFile file) {
    return file.root().items().stream()
        .flatMap(item -> item.at("rest", "openApi").stream())
        .map(api -> api.text("specification").replaceFirst(".*/", ""))
        .flatMap(contract -> all.operations().get(contract).values().stream());
  }

  private RouteBuilder directsOfOthers(Set<String> names) {
    return new RouteBuilder() {
      @Override
      public void configure() {
        errorHandler(noErrorHandler());
        for (String name : names) {
          String uri = "direct:" + name;
          from(uri).routeId("other file: " + name).process(e -> recorder.call(uri, uri, e));
        }
      }
    };
  }
}
