package dev.drover.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The form of the house for a file that a graphical editor has written: each uri in one piece.
 * Everything else, comments among it, stays as it is.
 */
public final class RouteFormat {
  private RouteFormat() {}

  /**
   * Returns the text of a flow file in the form of the house.
   *
   * @throws org.yaml.snakeyaml.error.YAMLException when it is no YAML
   */
  public static String format(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    Set<Integer> gone = new TreeSet<>();
    for (SplitUris.Split split : SplitUris.of(YamlReader.read(text))) {
      String line = lines.get(split.line() - 1);
      String uri = split.whole().matches(".*(: | #).*") ? '"' + split.whole() + '"' : split.whole();
      lines.set(split.line() - 1, line.replaceFirst("uri:.*", "uri: ") + uri);
      gone.addAll(split.parts());
      split.parameters().ifPresent(gone::add);
    }
    StringBuilder formatted = new StringBuilder();
    for (int line = 1; line <= lines.size(); line++) {
      if (!gone.contains(line)) {
        formatted.append(lines.get(line - 1)).append('\n');
      }
    }
    return formatted.toString();
  }
}
