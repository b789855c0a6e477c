package dev.drover.flows;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the flows of a bundle may name, as found in the process that runs them. The file is written
 * by a test of that process, and lies in {@code proto/flows/<bundle>.catalog.yaml}.
 *
 * @param methods by bean name, each as {@code name/number of parameters}
 * @param components schemes on the class path
 * @param languages expression languages on the class path
 * @param dataFormats on the class path
 * @param names properties and headers of ours that code reads or writes
 */
public record BundleCatalog(
    Map<String, Set<String>> methods,
    Set<String> components,
    Set<String> languages,
    Set<String> dataFormats,
    Set<String> names) {

  /** Reads what {@link #text} wrote. */
  public static BundleCatalog read(String text) {
    YamlNode root = YamlReader.read(text);
    Map<String, Set<String>> methods = new LinkedHashMap<>();
    root.at("beans")
        .ifPresent(beans -> beans.entries().forEach((name, list) -> methods.put(name, set(list))));
    return new BundleCatalog(
        methods,
        set(root, "components"),
        set(root, "languages"),
        set(root, "dataFormats"),
        set(root, "names"));
  }

  private static Set<String> set(YamlNode root, String key) {
    return root.at(key).map(BundleCatalog::set).orElse(Set.of());
  }

  private static Set<String> set(YamlNode list) {
    return list.items().stream()
        .map(YamlNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the names of a bean's methods, without their parameters. */
  public Set<String> methodNames(String bean) {
    return methods.getOrDefault(bean, Set.of()).stream()
        .map(method -> method.substring(0, method.indexOf('/')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the file's text: sorted, one name a line, so that a difference is readable. */
  public String text() {
    StringBuilder out = new StringBuilder();
    out.append(
        "# What flows of this bundle may name. Written by a test of its process: -Dcatalog.update=true\n");
    out.append("beans:\n");
    methods.keySet().stream()
        .sorted()
        .forEach(
            bean -> {
              out.append("  ").append(bean).append(":\n");
              methods.get(bean).stream()
                  .sorted()
                  .forEach(method -> out.append("    - ").append(method).append('\n'));
            });
    list(out, "components", components);
    list(out, "languages", languages);
    list(out, "dataFormats", dataFormats);
    list(out, "names", names);
    return out.toString();
  }

  private static void list(StringBuilder out, String key, Set<String> names) {
    out.append(key).append(":\n");
    names.stream().sorted().forEach(name -> out.append("  - ").append(name).append('\n'));
  }
}
