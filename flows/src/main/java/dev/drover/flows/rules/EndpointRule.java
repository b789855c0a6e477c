package dev.drover.flows.rules;

import dev.drover.flows.Components;
import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.NearestNames;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.catalog.EndpointValidationResult;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.util.TimeUtils;

/** Each endpoint has a known component and options that it understands in its direction. */
public final class EndpointRule implements Rule {
  private static final Pattern WITH_DEFAULT = Pattern.compile("\\{\\{[^{}?:]+:([^{}]*)}}");

  private static final Pattern DURATION = Pattern.compile("(\\d+(ms|s|m|h|d))+");

  private final Components components;

  /** Checks against Camel's catalogue and our own descriptors. */
  public EndpointRule(Components components) {
    this.components = components;
  }

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.flows().forEach(flow -> flow.endpoints().forEach(use -> check(flow, use, out)));
  }

  private void check(Flow flow, EndpointUse use, Findings out) {
    String scheme = use.scheme();
    misspelt(flow, use, out);
    if (scheme.isEmpty() || scheme.equals("kamelet") || scheme.startsWith("#")) {
      return;
    }
    if (!components.knows(scheme)) {
      out.add(
          flow.file(),
          use.line(),
          "unknown component '"
              + scheme
              + "'; correct the name, or put its JSON descriptor on the class path of engine");
      return;
    }
    if (use.uri().contains("?")) {
      out.add(flow.file(), use.line(), "options inside the uri; write them under parameters:");
      return;
    }
    if (!use.uri().contains(":")) {
      out.add(
          flow.file(),
          use.line(),
          "uri '" + use.uri() + "'; write " + use.uri() + ":<name> so that the target is seen");
      return;
    }
    validate(flow, use, out);
  }

  /** What the component of HTTP does not know it sends as a query parameter. */
  private void misspelt(Flow flow, EndpointUse use, Findings out) {
    if (!use.scheme().matches("https?") && !use.uri().matches("\\{\\{[\\w.-]+url}}.*")) {
      return;
    }
    Set<String> known =
        components.catalog().componentModel("http").getEndpointOptions().stream()
            .map(BaseOptionModel::getName)
            .collect(Collectors.toSet());
    use.parameters()
        .forEach(
            (name, node) -> {
              String advice = NearestNames.advice(known, name, "");
              if (!known.contains(name) && advice.contains("did you mean")) {
                out.add(flow.file(), node.line(), "http option '" + name + "' is unknown" + advice);
              }
            });
  }

  private void validate(Flow flow, EndpointUse use, Findings out) {
    Map<String, String> values = new LinkedHashMap<>();
    StringBuilder uri = new StringBuilder(resolve(use.uri()));
    char separator = '?';
    for (Map.Entry<String, YamlNode> entry : use.parameters().entrySet()) {
      String value = resolve(entry.getValue().asText());
      values.put(entry.getKey(), value);
      String known = millis(use.scheme(), entry.getKey(), value);
      uri.append(separator).append(entry.getKey()).append('=').append(encode(known));
      separator = '&';
    }
    boolean consumer = use.role() == EndpointUse.Role.CONSUMER;
    EndpointValidationResult result =
        components.catalog().validateEndpointProperties(uri.toString(), false, consumer, !consumer);
    if (result.isSuccess() && !result.hasWarnings()) {
      return;
    }
    boolean[] told = {false};
    use.parameters()
        .forEach(
            (name, node) -> {
              String problem = problem(result, name, values.get(name));
              if (problem != null) {
                told[0] = true;
                out.add(
                    flow.file(), node.line(), use.scheme() + " option '" + name + "' " + problem);
              }
            });
    if (!told[0] && !result.isSuccess()) {
      String summary = result.summaryErrorMessage(false).strip().replaceAll("\\s+", " ");
      out.add(flow.file(), use.line(), use.scheme() + " endpoint: " + summary);
    }
  }

  /** Camel takes a duration for each option that is a long; its catalogue knows only some. */
  private String millis(String scheme, String name, String value) {
    boolean time =
        DURATION.matcher(value).matches()
            && components.catalog().componentModel(scheme).getEndpointOptions().stream()
                .anyMatch(o -> o.getName().equals(name) && "long".equals(o.getJavaType()));
    return time ? String.valueOf(TimeUtils.toMilliSeconds(value)) : value;
  }

  private static String problem(EndpointValidationResult result, String name, String value) {
    if (has(result.getUnknown(), name)) {
      String[] similar =
          result.getUnknownSuggestions() == null ? null : result.getUnknownSuggestions().get(name);
      return "is unknown"
          + (similar == null || similar.length == 0
              ? "; delete it"
              : "; did you mean " + String.join(" or ", similar));
    }
    if (has(result.getNotConsumerOnly(), name)) {
      return "is for sending only; delete it";
    }
    if (has(result.getNotProducerOnly(), name)) {
      return "is for receiving only; delete it";
    }
    if (hasKey(result.getInvalidEnum(), name)) {
      return "cannot be '"
          + value
          + "'; write one of "
          + String.join(", ", result.getEnumChoices(name));
    }
    if (hasKey(result.getInvalidReference(), name)) {
      return "cannot be '" + value + "'; write the name of a bean: \"#<name>\"";
    }
    if (hasKey(result.getInvalidBoolean(), name)) {
      return "cannot be '" + value + "'; write true or false";
    }
    if (hasKey(result.getInvalidInteger(), name) || hasKey(result.getInvalidNumber(), name)) {
      return "cannot be '" + value + "'; write a number";
    }
    if (hasKey(result.getInvalidDuration(), name)) {
      return "cannot be '" + value + "'; write a duration such as \"5s\"";
    }
    return has(result.getDeprecated(), name) ? "is deprecated; write its successor" : null;
  }

  private static boolean has(Set<String> names, String name) {
    return names != null && names.contains(name);
  }

  private static boolean hasKey(Map<String, ?> names, String name) {
    return names != null && names.containsKey(name);
  }

  /** A placeholder with a default is checked with its default. */
  private static String resolve(String text) {
    Matcher matcher = WITH_DEFAULT.matcher(text);
    return matcher.replaceAll(m -> Matcher.quoteReplacement(m.group(1)));
  }

  private static String encode(String value) {
    return value
        .replace("%", "%25")
        .replace("&", "%26")
        .replace("=", "%3D")
        .replace("?", "%3F")
        .replace("+", "%2B")
        .replace(" ", "+");
  }
}
