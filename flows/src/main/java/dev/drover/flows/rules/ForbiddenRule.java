package dev.drover.flows.rules;

import dev.drover.flows.EndpointUse;
import dev.drover.flows.Findings;
import dev.drover.flows.Flow;
import dev.drover.flows.FlowSet;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;
import dev.drover.flows.Step;
import dev.drover.flows.YamlNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What a flow may not do at all: run programs, reach classes, steer other routes, open ports. */
public final class ForbiddenRule implements Rule {
  private static final Map<String, String> SCHEMES =
      Map.ofEntries(
          Map.entry("exec", "runs programs; write a bean, with its test"),
          Map.entry("ssh", "runs programs elsewhere; write a bean, with its test"),
          Map.entry("docker", "runs programs; write a bean, with its test"),
          Map.entry("class", "makes an object of any class; write bean: with ref: and method:"),
          Map.entry("language", "runs a script; write an expression in simple or jq"),
          Map.entry("controlbus", "starts and stops other routes; leave that to the operator"),
          Map.entry("dynamic-router", "sends where a message says; write to: for each target"),
          Map.entry(
              "rest", "opens paths that no contract names; write an operation in proto/openapi"),
          Map.entry(
              "platform-http",
              "opens a path that no contract names; write an operation in proto/openapi, and its"
                  + " route from direct:<operationId>"),
          Map.entry("netty-http", "opens a port; write an operation in proto/openapi"),
          Map.entry("jetty", "opens a port; write an operation in proto/openapi"),
          Map.entry("undertow", "opens a port; write an operation in proto/openapi"),
          Map.entry("file", "reads and writes files; write a bean, with its test"),
          Map.entry("xslt", "runs a script; write an expression in simple or jq"),
          Map.entry("xslt-saxon", "runs a script; write an expression in simple or jq"),
          Map.entry("validator", "fetches what a schema names; write kamelet:validate-action"),
          Map.entry(
              "rest-api", "shows what no contract names; write an operation in proto/openapi"),
          Map.entry("ref", "hides where it sends; write the endpoint's own uri"),
          Map.entry("browse", "is for tests; delete the step"),
          Map.entry("stub", "is for tests; delete the step"),
          Map.entry("mock", "is for tests; delete the step"));

  /** Steps that no flow may have, and what to write instead. */
  private static final Map<String, String> STEPS =
      Map.of(
          "script", "write a bean with a unit test",
          "process", "write bean: with ref: and method:",
          "saga", "write each step so that it may be done again",
          "claimCheck", "write setVariable");

  /** Makes an object of any class, wherever an option takes a bean. */
  private static final Pattern MAKES_OBJECTS = Pattern.compile("^\\s*#(class|type|autowired)\\b");

  private static final Pattern REACHES_CLASSES =
      Pattern.compile(
          "\\$\\{(type:|bean:type:|ref:class|camelContext|exception\\.stackTrace)"
              + "|\\b(classLoader|getClass)\\b *[.(]|\\.class\\b(?!\\.(simpleName|name)\\b)|\\.classLoader\\b");

  /** What a flow may throw. */
  private static final Pattern OURS = Pattern.compile("dev[.]drover[.]proto[.]\\w+");

  private static final Set<String> PROSE = Set.of("description", "note", "title", "example");

  @Override
  public void check(FlowSet flows, Findings out) {
    flows.flows().forEach(flow -> check(flow, out));
    for (RouteFile file : flows.files()) {
      for (YamlNode entry : file.root().items()) {
        entry.entries().forEach((kind, node) -> entry(file, kind, node, out));
      }
    }
  }

  private static void check(Flow flow, Findings out) {
    for (EndpointUse use : flow.endpoints()) {
      String why = SCHEMES.get(use.scheme());
      if (why != null) {
        out.add(flow.file(), use.line(), "'" + use.scheme() + ":' " + why);
      }
    }
    flow.node()
        .scalars(
            (path, scalar) -> {
              String key = path.isEmpty() ? "" : path.get(path.size() - 1);
              boolean reaches = REACHES_CLASSES.matcher(scalar.asText()).find();
              if (!PROSE.contains(key) && reaches) {
                out.add(
                    flow.file(),
                    scalar.line(),
                    "an expression that reaches classes: '"
                        + scalar.asText().strip()
                        + "'; write a bean with a unit test");
              }
            });
    for (Step step : flow.allSteps().toList()) {
      String instead = STEPS.get(step.eip());
      if (instead != null) {
        out.add(flow.file(), step.line(), "`" + step.eip() + "`; " + instead);
      }
      String thrown = step.options().text("exceptionType");
      if (!thrown.isEmpty() && !OURS.matcher(thrown).matches()) {
        out.add(
            flow.file(),
            step.line(),
            "an object of any class: '" + thrown + "'; write a bean that throws, with a unit test");
      }
    }
    flow.node()
        .scalars(
            (path, scalar) -> {
              if (MAKES_OBJECTS.matcher(scalar.asText()).find()) {
                out.add(
                    flow.file(),
                    scalar.line(),
                    "'"
                        + scalar.asText().strip()
                        + "' makes an object of any class; write the name of a bean of beans.txt");
              }
            });
    flow.node()
        .scalars(
            (path, scalar) -> {
              if (path.contains("continued")) {
                out.add(
                    flow.file(),
                    scalar.line(),
                    "`continued` goes on as if the step that failed had worked; write handled:");
              }
            });
  }

  private static void entry(RouteFile file, String kind, YamlNode node, Findings out) {
    if (kind.equals("beans")) {
      out.add(
          file.path(),
          node.line(),
          "a bean written in YAML; write it in Java, with a unit test, and name it in beans.txt");
    }
    if (kind.equals("rest")) {
      node.entries().keySet().stream()
          .filter(Set.of("get", "post", "put", "delete", "patch", "head", "path")::contains)
          .forEach(
              verb ->
                  out.add(
                      file.path(),
                      node.lineAt("/" + verb),
                      "`rest` with "
                          + verb
                          + " opens a path that no contract names; write an operation in"
                          + " proto/openapi"));
    }
  }
}
