package dev.drover.flows;

import java.util.List;

/**
 * A file of routes/.
 *
 * @param path relative to the repository, with {@code /}
 * @param bundle its folder under routes/
 * @param lines its text, for the rules on comments
 * @param root a list of entries with one key each, such as {@code route} or {@code beans}
 */
public record RouteFile(
    String path, String bundle, List<String> lines, YamlNode root, List<Flow> flows) {

  /** Reads the flows of a parsed file. */
  public static RouteFile of(String path, String bundle, String text) {
    YamlNode root = SplitUris.joined(YamlReader.read(text));
    List<Flow> flows =
        root.items().stream()
            .flatMap(item -> item.entries().entrySet().stream())
            .filter(e -> e.getKey().equals("route") || e.getKey().equals("routeConfiguration"))
            .map(
                e ->
                    e.getKey().equals("route")
                        ? Flow.route(path, bundle, e.getValue())
                        : Flow.configuration(path, bundle, e.getValue()))
            .toList();
    return new RouteFile(path, bundle, text.lines().toList(), root, flows);
  }
}
