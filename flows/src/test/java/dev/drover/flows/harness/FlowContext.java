package dev.drover.flows.harness;

import dev.drover.engine.http.OperationFlows;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowReader;
import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import dev.drover.flows.YamlNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.rest.openapi.RestOpenApiComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * A plain Camel context with one flow file from disk, its Kamelets and its route configurations;
 * what is {@link Outside} of the file is recorded.
 */
final class FlowContext implements AutoCloseable {
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final Recorder recorder;
  private final HttpDoor door = new HttpDoor();

  private FlowContext(Recorder recorder) {
    this.recorder = recorder;
  }

  /** The flow files of this repository. */
  static FlowSet repository(Path home) {
    return new FlowReader(home, home.resolve("routes"), home.resolve("kamelets"))
        .read(new Findings());
  }

  static FlowContext start(
      Path home,
      FlowSet all,
      RouteFile file,
      Properties settings,
      Map<String, Object> realBeans,
      Recorder recorder,
      Branches branches)
      throws Exception {
    FlowContext context = new FlowContext(recorder);
    context.prepare(home, settings, branches);
    List<Flow> flows = Stream.concat(configurations(all, file), kamelets(all, file)).toList();
    Outside outside = new Outside(context.camel, recorder);
    outside.bind(Stream.concat(file.flows().stream(), flows.stream()).toList(), realBeans);
    outside.stub(all, file);
    context.load(all, file);
    context.camel.addRoutes(context.probes(file));
    context.camel.start();
    return context;
  }

  private void prepare(Path home, Properties settings, Branches branches) {
    camel.disableJMX();
    // a recording component has none of the options of the one that it stands in for
    camel.setAutowiredEnabled(false);
    camel.setUseMDCLogging(true);
    camel.getPropertiesComponent().setInitialProperties(settings);
    camel.getCamelContextExtension().addInterceptStrategy(branches);
    PlatformHttpComponent http = new PlatformHttpComponent();
    http.setEngine(door);
    camel.addComponent("platform-http", http);
    OperationFlows.into(camel.getComponent("rest-openapi", RestOpenApiComponent.class));
    KameletComponent kamelets = camel.getComponent("kamelet", KameletComponent.class);
    kamelets.setLocation("file:" + home.resolve("kamelets"));
    kamelets.setNoErrorHandler(true);
  }

  private static Stream<Flow> configurations(FlowSet all, RouteFile file) {
    Set<String> named =
        file.flows().stream()
            .map(flow -> flow.node().text("routeConfigurationId"))
            .collect(Collectors.toSet());
    return all.filesOf(file.bundle())
        .filter(other -> !other.path().equals(file.path()))
        .flatMap(other -> other.flows().stream())
        .filter(flow -> flow.kind() == Flow.Kind.CONFIGURATION && named.contains(flow.name()));
  }

  private static Stream<Flow> kamelets(FlowSet all, RouteFile file) {
    return file.flows().stream()
        .flatMap(flow -> flow.endpoints().stream())
        .filter(use -> use.scheme().equals("kamelet"))
        .flatMap(use -> all.kamelet(use.path()).stream())
        .map(kamelet -> kamelet.flow())
        .distinct();
  }

  /** A route that only fails, or not, for each route configuration of the file. */
  private RouteBuilder probes(RouteFile file) {
    return new RouteBuilder() {
      @Override
      public void configure() {
        for (Flow flow : file.flows()) {
          if (flow.kind() == Flow.Kind.CONFIGURATION) {
            from("direct:probe " + flow.name())
                .routeId(flow.name())
                .routeConfigurationId(flow.name())
                .process(e -> recorder.call("probe", "probe", e));
          }
        }
      }
    };
  }

  private void load(FlowSet all, RouteFile file) throws Exception {
    List<Flow> missing = configurations(all, file).toList();
    for (Flow configuration : missing) {
      YamlNode node = configuration.node();
      String json = "[{\"routeConfiguration\": " + node.toJson() + "}]";
      PluginHelper.getRoutesLoader(camel)
          .loadRoutes(ResourceHelper.fromString(configuration.name() + ".camel.yaml", json));
    }
    String name = file.path().substring(file.path().lastIndexOf('/') + 1);
    String text = String.join("\n", file.lines()) + "\n";
    PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(name, text));
  }

  CamelContext camel() {
    return camel;
  }

  HttpDoor door() {
    return door;
  }

  Optional<org.apache.camel.Route> route(String id) {
    return Optional.ofNullable(camel.getRoute(id));
  }

  @Override
  public void close() {
    camel.stop();
  }
}
