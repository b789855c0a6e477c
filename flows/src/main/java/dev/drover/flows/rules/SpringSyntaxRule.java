package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.KameletFile;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.regex.Pattern;

/** YAML holds no Spring placeholders or expressions, so that it runs without Spring. */
public final class SpringSyntaxRule implements Rule {
  private static final Pattern SPRING =
      Pattern.compile("#\\{|\\$\\{[A-Z][A-Z0-9_]+(:[^}]*)?}|\\$\\{drover\\.[^}]*}");

  @Override
  public void check(FlowSet flows, Findings out) {
    for (RouteFile file : flows.files()) {
      file.root().scalars((path, node) -> check(file.path(), node, out));
    }
    for (KameletFile kamelet : flows.kamelets()) {
      kamelet.flow().node().scalars((path, node) -> check(kamelet.path(), node, out));
    }
  }

  private static void check(String file, YamlNode node, Findings out) {
    if (SPRING.matcher(node.asText()).find()) {
      out.add(
          file,
          node.line(),
          "Spring syntax: "
              + node.asText().strip()
              + "; write a placeholder of Camel: {{name:default}}");
    }
  }
}
