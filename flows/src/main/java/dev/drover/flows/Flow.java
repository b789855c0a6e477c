package dev.drover.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A route, a route configuration, or the template of a Kamelet.
 *
 * @param bundle folder of routes/ that it belongs to; empty for a Kamelet
 * @param name id of the route or configuration, or the Kamelet's name
 * @param node the mapping that holds it
 */
public record Flow(
    Kind kind, String file, String bundle, String name, YamlNode node, List<Step> steps) {

  /** What a flow is written as. */
  public enum Kind {
    ROUTE,
    CONFIGURATION,
    KAMELET
  }

  /** Reads a route from the mapping under {@code route}. */
  public static Flow route(String file, String bundle, YamlNode node) {
    List<Step> steps = node.at("from").map(from -> Step.readSteps(from, 0)).orElse(List.of());
    return new Flow(Kind.ROUTE, file, bundle, node.text("id"), node, steps);
  }

  /** Reads a route configuration; its handlers are its steps. */
  public static Flow configuration(String file, String bundle, YamlNode node) {
    List<Step> steps = new ArrayList<>();
    for (YamlNode handlers : node.entries().values()) {
      for (YamlNode handler : handlers.items()) {
        handler.entries().forEach((eip, options) -> steps.add(Step.read(eip, options, 0, false)));
      }
    }
    return new Flow(Kind.CONFIGURATION, file, bundle, node.text("id"), node, steps);
  }

  /** Reads the template of a Kamelet from the mapping under {@code spec.template}. */
  public static Flow kamelet(String file, String name, YamlNode template) {
    YamlNode node = template.at("route").orElse(template);
    List<Step> steps = node.at("from").map(from -> Step.readSteps(from, 0)).orElse(List.of());
    return new Flow(Kind.KAMELET, file, "", name, template, steps);
  }

  /** Returns the consumer: the mapping under {@code from}. */
  public Optional<YamlNode> from() {
    return node.at("route", "from").or(() -> node.at("from"));
  }

  /** Returns what is put before each step id. */
  public String prefix() {
    return node.text("nodePrefixId");
  }

  /** Returns all steps and blocks. */
  public Stream<Step> allSteps() {
    return steps.stream().flatMap(Step::all);
  }

  /** Returns every use of an endpoint: the consumer, sends, enrichments, dead letters. */
  public List<EndpointUse> endpoints() {
    List<EndpointUse> uses = new ArrayList<>();
    from().ifPresent(from -> uses.add(EndpointUse.consumer(from)));
    allSteps().forEach(step -> EndpointUse.of(step).ifPresent(uses::add));
    node.scalars(
        (path, scalar) -> {
          if (!path.isEmpty() && path.get(path.size() - 1).equals("deadLetterUri")) {
            uses.add(EndpointUse.producer(scalar));
          }
        });
    return uses;
  }
}
