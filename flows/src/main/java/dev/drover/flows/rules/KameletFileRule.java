package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.KameletFile;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Kamelet file is named and described like one of the camel-kamelets catalogue. */
public final class KameletFileRule implements Rule {
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*-(source|sink|action)");
  private static final Pattern PARAMETER = Pattern.compile("\\{\\{\\??([\\w.-]+)(:[^}]*)?}}");

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.kamelets().forEach(kamelet -> check(kamelet, flows, out));
  }

  private static void check(KameletFile kamelet, FlowSet flows, Findings out) {
    String path = kamelet.path();
    YamlNode root = kamelet.root();
    String name = root.text("metadata", "name");
    if (!path.endsWith("/" + name + ".kamelet.yaml")) {
      out.add(
          path,
          root.lineAt("/metadata/name"),
          "metadata.name '"
              + name
              + "' is not the file's name; write "
              + kamelet.name()
              + " and name the file "
              + kamelet.name()
              + ".kamelet.yaml");
    }
    Matcher matcher = NAME.matcher(kamelet.name());
    if (!matcher.matches()) {
      out.add(
          path,
          1,
          "file name; write <what>-source, <what>-sink or <what>-action" + " and .kamelet.yaml");
    } else if (!root.text("metadata", "labels", "camel.apache.org/kamelet.type")
        .equals(matcher.group(2))) {
      out.add(
          path,
          root.lineAt("/metadata/labels"),
          "label camel.apache.org/kamelet.type; write \"" + matcher.group(2) + "\"");
    }
    for (String key : List.of("title", "description")) {
      if (root.text("spec", "definition", key).isBlank()) {
        out.add(path, root.lineAt("/spec/definition"), "spec.definition without " + key);
      }
    }
    if (root.at("spec", "template", "from").isEmpty()
        && root.at("spec", "template", "route", "from").isEmpty()) {
      out.add(path, root.lineAt("/spec"), "spec.template without from");
    }
    kamelet.parameters().forEach((key, value) -> parameter(kamelet, key, value, out));
    usedAndDeclared(kamelet, flows, out);
  }

  private static void parameter(KameletFile kamelet, String name, YamlNode value, Findings out) {
    for (String key : List.of("title", "description", "type")) {
      if (value.text(key).isBlank()) {
        out.add(kamelet.path(), value.line(), "parameter '" + name + "' without " + key);
      }
    }
    if (value.at("default").isEmpty()
        && value.at("example").isEmpty()
        && !kamelet.required().contains(name)) {
      out.add(
          kamelet.path(),
          value.line(),
          "parameter '"
              + name
              + "' without default or example; write one, or list it under required:");
    }
  }

  private static void usedAndDeclared(KameletFile kamelet, FlowSet flows, Findings out) {
    Set<String> declared = new TreeSet<>(kamelet.parameters().keySet());
    Set<String> unused = new TreeSet<>(declared);
    kamelet
        .flow()
        .node()
        .scalars(
            (path, scalar) -> {
              Matcher matcher = PARAMETER.matcher(scalar.asText());
              while (matcher.find()) {
                String name = matcher.group(1);
                unused.remove(name);
                boolean setting = flows.properties().contains(name) || matcher.group(2) != null;
                boolean bean =
                    kamelet
                        .flow()
                        .node()
                        .at("beans")
                        .map(YamlNode::items)
                        .orElse(List.of())
                        .stream()
                        .anyMatch(b -> b.text("name").equals(name));
                if (!declared.contains(name) && !setting && !bean) {
                  out.add(
                      kamelet.path(),
                      scalar.line(),
                      "parameter '"
                          + name
                          + "' is used but not declared; write it under spec.definition.properties");
                }
              }
            });
    unused.forEach(
        name ->
            out.add(
                kamelet.path(),
                kamelet.parameters().get(name).line(),
                "parameter '" + name + "' is declared but not used; delete it"));
    for (String name : kamelet.required()) {
      if (!declared.contains(name)) {
        out.add(
            kamelet.path(),
            kamelet.root().lineAt("/spec/definition/required"),
            "required parameter '" + name + "' is not declared");
      }
    }
  }
}
