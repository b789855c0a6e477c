package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.List;

/** A route file starts with three comment lines; each route has one above it. */
public final class CommentRule implements Rule {

  @Override
  public void check(FlowSet flows, Findings out) {
    for (RouteFile file : flows.files()) {
      List<String> lines = file.lines();
      for (int i = 0; i < 3; i++) {
        if (!isComment(lines, i)) {
          out.add(
              file.path(),
              i + 1,
              "no comment here; begin with three comment lines: the section that the file"
                  + " implements, what comes in, what goes out");
          break;
        }
      }
      for (YamlNode entry : file.root().items()) {
        if (entry.at("route").isPresent() && !isComment(lines, entry.line() - 2)) {
          out.add(
              file.path(),
              entry.line(),
              "route without a comment; write one line above it that says its business role");
        }
      }
    }
  }

  private static boolean isComment(List<String> lines, int index) {
    return index >= 0 && index < lines.size() && lines.get(index).strip().matches("#\\s*\\S.*");
  }
}
