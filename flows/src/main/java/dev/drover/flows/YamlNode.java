package dev.drover.flows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A YAML value that knows its line, so that a finding can name the place.
 *
 * @param line line of the value, or of its key when it has one; counted from 1
 * @param value {@code Map<String, YamlNode>}, {@code List<YamlNode>}, or a scalar: String, Number,
 *     Boolean or null
 * @param quoted whether a scalar was written in quotes or as a block
 */
public record YamlNode(int line, Object value, boolean quoted) {

  /** Returns the entries when this is a mapping, else an empty map. */
  @SuppressWarnings("unchecked")
  public Map<String, YamlNode> entries() {
    return value instanceof Map<?, ?> map ? (Map<String, YamlNode>) map : Map.of();
  }

  /** Returns the items when this is a sequence, else an empty list. */
  @SuppressWarnings("unchecked")
  public List<YamlNode> items() {
    return value instanceof List<?> list ? (List<YamlNode>) list : List.of();
  }

  /** Returns whether this is neither a mapping nor a sequence. */
  public boolean isScalar() {
    return !(value instanceof Map) && !(value instanceof List);
  }

  /** Returns the value under a path of mapping keys. */
  public Optional<YamlNode> at(String... keys) {
    YamlNode node = this;
    for (String key : keys) {
      node = node.entries().get(key);
      if (node == null) {
        return Optional.empty();
      }
    }
    return Optional.of(node);
  }

  /** Returns the scalar under a path of mapping keys as text, or an empty string. */
  public String text(String... keys) {
    return at(keys).filter(YamlNode::isScalar).map(n -> n.asText()).orElse("");
  }

  /** Returns a scalar as text; null, mappings and sequences are the empty string. */
  public String asText() {
    return isScalar() && value != null ? value.toString() : "";
  }

  /** Returns the line of the value at a JSON pointer, or of its nearest ancestor. */
  public int lineAt(String pointer) {
    YamlNode node = this;
    for (String part : pointer.split("/")) {
      if (part.isEmpty()) {
        continue;
      }
      String key = part.replace("~1", "/").replace("~0", "~");
      YamlNode next = node.child(key);
      if (next == null) {
        return node.line;
      }
      node = next;
    }
    return node.line;
  }

  private YamlNode child(String key) {
    if (value instanceof List && key.matches("\\d+")) {
      int index = Integer.parseInt(key);
      return index < items().size() ? items().get(index) : null;
    }
    return entries().get(key);
  }

  /** Calls the visitor with the key path and the node of each scalar below this node. */
  public void scalars(BiConsumer<List<String>, YamlNode> visitor) {
    scalars(new ArrayList<>(), visitor);
  }

  private void scalars(List<String> path, BiConsumer<List<String>, YamlNode> visitor) {
    if (isScalar()) {
      visitor.accept(List.copyOf(path), this);
      return;
    }
    entries()
        .forEach(
            (key, node) -> {
              path.add(key);
              node.scalars(path, visitor);
              path.remove(path.size() - 1);
            });
    items().forEach(node -> node.scalars(path, visitor));
  }

  /** Returns the same value as JSON. */
  public JsonNode toJson() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (value instanceof Map) {
      ObjectNode object = json.objectNode();
      entries().forEach((key, node) -> object.set(key, node.toJson()));
      return object;
    }
    if (value instanceof List) {
      ArrayNode array = json.arrayNode();
      items().forEach(node -> array.add(node.toJson()));
      return array;
    }
    if (value instanceof Boolean bool) {
      return json.booleanNode(bool);
    }
    if (value instanceof Long number) {
      return json.numberNode(number);
    }
    if (value instanceof Double number) {
      return json.numberNode(number);
    }
    return value == null ? json.nullNode() : json.textNode(value.toString());
  }
}
