package dev.drover.flows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;

/**
 * Endpoints as graphical editors write them: {@code uri: direct} with the name under {@code
 * parameters}. Camel takes both; rules, promises and people know the whole uri.
 */
final class SplitUris {
  private static final String URI = "uri";
  private static final String PARAMETERS = "parameters";

  /** Only for files that have such an endpoint: the catalogue takes a moment to load. */
  private static final class Lazy {
    private static final Components COMPONENTS = new Components();
  }

  /**
   * One such endpoint.
   *
   * @param whole its uri in one piece
   * @param line where {@code uri} stands
   * @param parts the lines of the parameters that are part of the uri
   * @param parameters the line of {@code parameters} when nothing else is below it
   */
  record Split(String whole, int line, Set<Integer> parts, Optional<Integer> parameters) {}

  private SplitUris() {}

  /** Returns the same tree with each uri in one piece. */
  static YamlNode joined(YamlNode node) {
    if (node.value() instanceof List) {
      List<YamlNode> items = new ArrayList<>();
      node.items().forEach(item -> items.add(joined(item)));
      return new YamlNode(node.line(), items, node.quoted());
    }
    if (!(node.value() instanceof Map)) {
      return node;
    }
    Optional<Split> split = split(node);
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    node.entries()
        .forEach(
            (key, value) -> {
              if (split.isPresent() && key.equals(URI)) {
                entries.put(key, new YamlNode(value.line(), split.get().whole(), value.quoted()));
              } else if (split.isPresent() && key.equals(PARAMETERS)) {
                others(value, split.get()).ifPresent(left -> entries.put(key, left));
              } else {
                entries.put(key, joined(value));
              }
            });
    return new YamlNode(node.line(), entries, node.quoted());
  }

  private static Optional<YamlNode> others(YamlNode parameters, Split split) {
    if (split.parameters().isPresent()) {
      return Optional.empty();
    }
    Map<String, YamlNode> left = new LinkedHashMap<>(parameters.entries());
    left.values().removeIf(value -> split.parts().contains(value.line()));
    return Optional.of(new YamlNode(parameters.line(), left, parameters.quoted()));
  }

  /** Returns all of a file, from top to bottom. */
  static List<Split> of(YamlNode root) {
    List<Split> found = new ArrayList<>();
    split(root).ifPresent(found::add);
    root.items().forEach(item -> found.addAll(of(item)));
    root.entries().values().forEach(value -> found.addAll(of(value)));
    return found;
  }

  private static Optional<Split> split(YamlNode node) {
    String scheme = node.text(URI);
    Map<String, YamlNode> given = node.at(PARAMETERS).map(YamlNode::entries).orElseGet(Map::of);
    if (given.isEmpty() || !scheme.matches("[a-z][a-z0-9-]*") || scheme.equals("kamelet")) {
      return Optional.empty();
    }
    if (!Lazy.COMPONENTS.knows(scheme)) {
      return Optional.empty();
    }
    ComponentModel model = Lazy.COMPONENTS.catalog().componentModel(scheme);
    Set<String> path =
        model.getEndpointPathOptions().stream()
            .map(BaseOptionModel::getName)
            .collect(Collectors.toSet());
    if (!given.keySet().containsAll(path)) {
      return Optional.empty();
    }
    String whole = model.getSyntax();
    for (String name : path) {
      String value = given.get(name).asText().replaceFirst("^" + scheme + "://", "");
      whole = whole.replaceFirst("(?<=\\W)" + name + "\\b", Matcher.quoteReplacement(value));
    }
    Set<Integer> parts =
        path.stream().map(name -> given.get(name).line()).collect(Collectors.toSet());
    Optional<Integer> alone =
        path.size() == given.size() ? node.at(PARAMETERS).map(YamlNode::line) : Optional.empty();
    return Optional.of(
        new Split(whole, node.at(URI).map(YamlNode::line).orElse(node.line()), parts, alone));
  }
}
