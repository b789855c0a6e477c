package dev.drover.flows;

import java.util.List;
import java.util.Map;

/**
 * A file of kamelets/.
 *
 * @param path relative to the repository, with {@code /}
 * @param name the file's name without {@code .kamelet.yaml}
 */
public record KameletFile(String path, String name, YamlNode root, Flow flow) {

  /** Reads a Kamelet; a missing template is an empty flow. */
  public static KameletFile of(String path, String name, String text) {
    YamlNode root = YamlReader.read(text);
    YamlNode template = root.at("spec", "template").orElse(new YamlNode(1, Map.of(), false));
    return new KameletFile(path, name, root, Flow.kamelet(path, name, template));
  }

  /** Returns the declared parameters with their descriptions. */
  public Map<String, YamlNode> parameters() {
    return root.at("spec", "definition", "properties").map(YamlNode::entries).orElse(Map.of());
  }

  /** Returns the names of the parameters that a user must give. */
  public List<String> required() {
    return root.at("spec", "definition", "required").map(YamlNode::items).orElse(List.of()).stream()
        .map(YamlNode::asText)
        .toList();
  }
}
