package dev.drover.flows.rules;

import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.KameletFile;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Classes named in YAML live in engine, so that a file runs under every runtime. Exceptions and
 * wire types of proto and value types of the JDK may be named too.
 */
public final class JavaNameRule implements Rule {
  private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z][a-z0-9_]*\\.){2,}[A-Z]\\w*");

  /** Names of protobuf packages look like those of classes. */
  private static final Pattern GRPC_METHOD = Pattern.compile("^grpc-(call|events):\\S+");

  private static final Pattern ALLOWED =
      Pattern.compile(
          "dev\\.drover\\.(engine|proto)\\..*"
              + "|java\\.lang\\.(String|Integer|Long|Double|Boolean|Object)"
              + "|java\\.util\\.(List|Map)|java\\.io\\.InputStream|java\\.time\\.\\w+");

  private static final Pattern EXCEPTION = Pattern.compile("(java|org\\.apache\\.camel)\\..*");
  private static final Set<String> EXCEPTION_KEYS = Set.of("exception", "exceptionType");
  private static final Set<String> PROSE = Set.of("description", "note", "title");

  @Override
  public void check(FlowSet flows, Findings out) {
    for (RouteFile file : flows.files()) {
      file.root().scalars((path, node) -> check(file.path(), path, node, out));
    }
    for (KameletFile kamelet : flows.kamelets()) {
      kamelet.flow().node().scalars((path, node) -> check(kamelet.path(), path, node, out));
    }
  }

  private static void check(String file, List<String> path, YamlNode node, Findings out) {
    String key = path.isEmpty() ? "" : path.get(path.size() - 1);
    if (PROSE.contains(key)) {
      return;
    }
    Matcher matcher = CLASS.matcher(GRPC_METHOD.matcher(node.asText()).replaceFirst(""));
    while (matcher.find()) {
      String name = matcher.group();
      boolean exception = EXCEPTION_KEYS.contains(key) && EXCEPTION.matcher(name).matches();
      if (!ALLOWED.matcher(name).matches() && !exception) {
        out.add(
            file,
            node.line(),
            "Java class "
                + name
                + " in YAML; write a bean's name, or a class of dev.drover.engine");
      }
    }
  }
}
