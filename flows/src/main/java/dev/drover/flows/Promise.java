package dev.drover.flows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one flow promises.
 *
 * @param first guards and proofs: they are called before anything else, in this order
 * @param always called on every way through the flow, once
 * @param inside called once in the step or branch with this id
 * @param order pairs: no call of the second without the first before it
 * @param last nothing is called after it on its way
 * @param with values of options by step id; the consumer's id is {@code from}
 * @param errors the routeConfigurationId; empty where any will do
 */
public record Promise(
    List<String> first,
    List<String> always,
    Map<String, List<String>> inside,
    List<List<String>> order,
    List<String> last,
    Map<String, Map<String, String>> with,
    String errors) {

  /** Reads the promises of a file by flow. */
  public static Map<String, Promise> readAll(String text) {
    Map<String, Promise> promises = new LinkedHashMap<>();
    YamlReader.read(text).entries().forEach((flow, node) -> promises.put(flow, read(node)));
    return promises;
  }

  private static Promise read(YamlNode node) {
    Map<String, List<String>> inside = new LinkedHashMap<>();
    entries(node, "inside").forEach((id, calls) -> inside.put(id, texts(calls)));
    Map<String, Map<String, String>> with = new LinkedHashMap<>();
    entries(node, "with")
        .forEach(
            (id, options) -> {
              Map<String, String> values = new LinkedHashMap<>();
              options.entries().forEach((name, value) -> values.put(name, value.asText()));
              with.put(id, values);
            });
    List<List<String>> order = new ArrayList<>();
    node.at("order").ifPresent(list -> list.items().forEach(pair -> order.add(texts(pair))));
    return new Promise(
        list(node, "first"),
        list(node, "always"),
        inside,
        order,
        list(node, "last"),
        with,
        node.text("errors"));
  }

  private static Map<String, YamlNode> entries(YamlNode node, String key) {
    return node.at(key).map(YamlNode::entries).orElse(Map.of());
  }

  private static List<String> list(YamlNode node, String key) {
    return node.at(key).map(Promise::texts).orElse(List.of());
  }

  private static List<String> texts(YamlNode list) {
    return list.items().stream().map(YamlNode::asText).toList();
  }
}
