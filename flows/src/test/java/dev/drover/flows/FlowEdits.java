package dev.drover.flows;

import dev.drover.flows.rules.BeanMethodRule;
import dev.drover.flows.rules.BeanRule;
import dev.drover.flows.rules.DirectRule;
import dev.drover.flows.rules.DroverNameRule;
import dev.drover.flows.rules.OperationRule;
import dev.drover.flows.rules.PromiseRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The flows of this repository, one file of which is edited, as the gate sees them. */
final class FlowEdits {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final Pattern STEP = Pattern.compile("^( +)- (\\w+):\\s*$");

  /** What may guard, prove, store, acknowledge, or decide where a request goes and with what. */
  private static final Set<String> CALLS =
      Set.of("bean", "to", "setHeader", "removeHeaders", "stop", "throwException");

  private static final List<Rule> RULES =
      List.of(
          new PromiseRule(),
          new DirectRule(),
          new OperationRule(),
          new BeanRule(),
          new BeanMethodRule(),
          new DroverNameRule());

  private final FlowSet flows;

  private FlowEdits(FlowSet flows) {
    this.flows = flows;
  }

  static FlowEdits ofRepository() {
    return new FlowEdits(
        new FlowReader(HOME, HOME.resolve("routes"), HOME.resolve("kamelets"))
            .read(new Findings()));
  }

  List<RouteFile> files() {
    return flows.files();
  }

  static boolean isStep(String line) {
    return STEP.matcher(line).matches();
  }

  /** The line numbers, from 0, at which steps and branches begin. */
  static List<Integer> stepLines(List<String> lines) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (isStep(lines.get(i))) {
        found.add(i);
      }
    }
    return found;
  }

  /** Whether the step that begins with this line does something. */
  static boolean isCall(String line) {
    return CALLS.contains(kind(line));
  }

  /** The line behind the step that begins here. */
  static int end(List<String> lines, int start) {
    int indent = lines.get(start).indexOf('-');
    int end = start + 1;
    while (end < lines.size()
        && (lines.get(end).isBlank()
            || lines.get(end).length() - lines.get(end).stripLeading().length() > indent)) {
      end++;
    }
    return end;
  }

  /** The kind of the step that begins with this line, such as {@code bean}. */
  static String kind(String line) {
    Matcher step = STEP.matcher(line);
    return step.matches() ? step.group(2) : "";
  }

  /** Whether the gate has a finding when this file reads so. */
  boolean isNoticed(RouteFile file, List<String> lines) {
    RouteFile edited = RouteFile.of(file.path(), file.bundle(), String.join("\n", lines) + "\n");
    List<RouteFile> files = new ArrayList<>(flows.files());
    files.set(files.indexOf(file), edited);
    FlowSet after =
        new FlowSet(
            files,
            flows.kamelets(),
            flows.beans(),
            flows.entries(),
            flows.operations(),
            flows.properties(),
            flows.catalogs(),
            flows.promises());
    Findings out = new Findings();
    for (Rule rule : RULES) {
      rule.check(after, out);
      if (!out.list().isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
