package dev.drover.flows;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An endpoint where a flow uses it.
 *
 * @param uri as written under {@code uri}, without the parameters
 * @param parameters the mapping under {@code parameters}; empty when there is none
 * @param role whether messages come from it or go to it
 * @param dynamic whether Camel computes the uri for each message
 */
public record EndpointUse(
    String uri, Map<String, YamlNode> parameters, int line, Role role, boolean dynamic) {

  /** Direction of an endpoint. */
  public enum Role {
    CONSUMER,
    PRODUCER
  }

  /** Steps that hold {@code uri} and {@code parameters}, and send. */
  private static final Set<String> SENDING = Set.of("to", "toD", "wireTap");

  /** Steps whose expression gives the uri of an endpoint. */
  private static final Set<String> COMPUTED =
      Set.of("enrich", "pollEnrich", "recipientList", "routingSlip", "dynamicRouter");

  /** Reads the endpoint of {@code from}. */
  public static EndpointUse consumer(YamlNode from) {
    return read(from, Role.CONSUMER, false);
  }

  /** Reads an endpoint that is written as one text. */
  public static EndpointUse producer(YamlNode uri) {
    return new EndpointUse(uri.asText(), Map.of(), uri.line(), Role.PRODUCER, false);
  }

  /** Returns the endpoint that a step uses, if it uses one. */
  public static Optional<EndpointUse> of(Step step) {
    if (SENDING.contains(step.eip())) {
      return Optional.of(read(step.options(), Role.PRODUCER, !step.eip().equals("to")));
    }
    if (step.eip().equals("poll")) {
      return Optional.of(read(step.options(), Role.CONSUMER, false));
    }
    if (step.eip().equals("kamelet")) {
      return Optional.of(
          new EndpointUse(
              "kamelet:" + step.options().text("name"),
              step.options().at("parameters").map(YamlNode::entries).orElse(Map.of()),
              step.line(),
              Role.PRODUCER,
              false));
    }
    return COMPUTED.contains(step.eip()) ? computed(step) : Optional.empty();
  }

  private static Optional<EndpointUse> computed(Step step) {
    YamlNode expression = step.options().at("expression").orElse(step.options());
    for (String language : new String[] {"constant", "simple"}) {
      String uri = expression.text(language, "expression");
      if (!uri.isEmpty()) {
        Role role = step.eip().equals("pollEnrich") ? Role.CONSUMER : Role.PRODUCER;
        return Optional.of(new EndpointUse(uri, Map.of(), step.line(), role, true));
      }
    }
    return Optional.empty();
  }

  private static EndpointUse read(YamlNode node, Role role, boolean dynamic) {
    String uri = node.isScalar() ? node.asText() : node.text("uri");
    int line = node.at("uri").map(YamlNode::line).orElse(node.line());
    Map<String, YamlNode> parameters =
        node.at("parameters").map(YamlNode::entries).orElse(Map.of());
    return new EndpointUse(uri, parameters, line, role, dynamic);
  }

  /** Returns the component's name, or an empty string when it is computed. */
  public String scheme() {
    String scheme = uri.contains(":") ? uri.substring(0, uri.indexOf(':')) : uri;
    scheme = scheme.contains("?") ? scheme.substring(0, scheme.indexOf('?')) : scheme;
    return scheme.contains("{") ? "" : scheme;
  }

  /** Returns what stands between the scheme and the options, such as the name of a direct. */
  public String path() {
    int colon = uri.indexOf(':');
    int query = uri.indexOf('?');
    return colon < 0 ? "" : uri.substring(colon + 1, query < 0 ? uri.length() : query);
  }
}
