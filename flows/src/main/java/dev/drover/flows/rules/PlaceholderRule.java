package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.KameletFile;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Each property placeholder has a value in the applications or in config/, or a default. */
public final class PlaceholderRule implements Rule {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]*)}}");

  @Override
  public void check(FlowSet flows, Findings out) {
    for (RouteFile file : flows.files()) {
      check(file.path(), file.root(), flows, out);
    }
    for (KameletFile kamelet : flows.kamelets()) {
      // names without a dot are parameters of the Kamelet, which its own rule checks
      Flow flow = kamelet.flow();
      flow.node().scalars((path, scalar) -> environment(flow.file(), scalar, out));
    }
  }

  private static void check(String file, YamlNode node, FlowSet flows, Findings out) {
    node.scalars(
        (path, scalar) -> {
          environment(file, scalar, out);
          Matcher matcher = PLACEHOLDER.matcher(scalar.asText());
          while (matcher.find()) {
            String name = matcher.group(1).strip();
            boolean optional = name.startsWith("?") || name.contains(":");
            if (!optional && !flows.properties().contains(name)) {
              out.add(
                  file,
                  scalar.line(),
                  "placeholder '"
                      + name
                      + "' has no value; write {{"
                      + name
                      + ":<default>}} or put it into the"
                      + " application.yaml of central or orchestrator, or into config/");
            }
          }
        });
  }

  private static void environment(String file, YamlNode scalar, Findings out) {
    Matcher matcher = PLACEHOLDER.matcher(scalar.asText());
    while (matcher.find()) {
      String name = matcher.group(1).strip();
      if (name.matches("(env|sys):[^:]*")) {
        out.add(
            file,
            scalar.line(),
            "placeholder '" + name + "' has no default; write {{" + name + ":<default>}}");
      }
    }
  }
}
