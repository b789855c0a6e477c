package dev.drover.flows;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads YAML into {@link YamlNode}s with the scalar types of YAML 1.2, as Camel reads routes. */
public final class YamlReader {
  private static final Pattern INTEGER = Pattern.compile("[-+]?\\d{1,18}");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\d+\\.\\d*|\\.\\d+|\\d+)([eE][-+]?\\d+)?");

  /** An alias may stand for much, and for itself: what it stands for is counted. */
  private static final int MOST_NODES = 200_000;

  private static final int DEEPEST = 200;

  private int nodes;

  private YamlReader() {}

  /**
   * Reads one document; an empty document is a null scalar at line 1.
   *
   * @throws org.yaml.snakeyaml.error.YAMLException when the text is not YAML
   */
  public static YamlNode read(String text) {
    Node node = new Yaml(new LoaderOptions()).compose(new StringReader(text));
    return node == null
        ? new YamlNode(1, null, false)
        : new YamlReader().convert(node, line(node), 0);
  }

  /** Reads a stream of documents, as a Spring application file may be one. */
  public static List<YamlNode> readAll(String text) {
    List<YamlNode> documents = new ArrayList<>();
    YamlReader reader = new YamlReader();
    new Yaml(new LoaderOptions())
        .composeAll(new StringReader(text))
        .forEach(node -> documents.add(reader.convert(node, line(node), 0)));
    return documents;
  }

  private YamlNode convert(Node node, int line, int depth) {
    if (++nodes > MOST_NODES || depth > DEEPEST) {
      throw new YAMLException(
          "more than %d nodes or %d levels after aliases are resolved"
              .formatted(MOST_NODES, DEEPEST));
    }
    if (node instanceof MappingNode mapping) {
      Map<String, YamlNode> entries = new LinkedHashMap<>();
      for (NodeTuple tuple : mapping.getValue()) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
          throw new YAMLException("line " + line(tuple.getKeyNode()) + ": a key must be a text");
        }
        entries.put(key.getValue(), convert(tuple.getValueNode(), line(key), depth + 1));
      }
      return new YamlNode(line, entries, false);
    }
    if (node instanceof SequenceNode sequence) {
      List<YamlNode> items = new ArrayList<>();
      sequence.getValue().forEach(item -> items.add(convert(item, line(item), depth + 1)));
      return new YamlNode(line, items, false);
    }
    ScalarNode scalar = (ScalarNode) node;
    boolean quoted = scalar.getScalarStyle() != ScalarStyle.PLAIN;
    return new YamlNode(line, quoted ? scalar.getValue() : plain(scalar.getValue()), quoted);
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private static Object plain(String text) {
    if (text.isEmpty() || text.equals("~") || text.equals("null")) {
      return null;
    }
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    if (INTEGER.matcher(text).matches()) {
      return Long.valueOf(text.startsWith("+") ? text.substring(1) : text);
    }
    return DECIMAL.matcher(text).matches() ? Double.valueOf(text) : (Object) text;
  }
}
