package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.flows.rules.DirectRule;
import dev.drover.flows.rules.DroverNameRule;
import dev.drover.flows.rules.PromiseRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every step of every flow of this repository is deleted in turn, and the gate is asked. */
class DeletedStepsTest {
  private static final Logger LOG = LoggerFactory.getLogger(DeletedStepsTest.class);
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  /** Steps that an operator may delete: what they do is only to be seen, or to be told besides. */
  private static final Pattern FREE =
      Pattern.compile("ref: (protocolLog|eventMetrics|deviceNotices)\\b|name: Content-Type\\b");

  private static final Pattern STEP = Pattern.compile("^( *)- (\\w+):\\s*$");

  /** What may guard, prove, store, acknowledge, or decide where a request goes and with what. */
  private static final Set<String> CALLS =
      Set.of("bean", "to", "setHeader", "removeHeaders", "stop", "throwException");

  private static final List<Rule> RULES =
      List.of(new PromiseRule(), new DirectRule(), new DroverNameRule());

  @Test
  void d4NothingThatOthersRelyOnIsDeletedUnnoticed() {
    FlowSet flows =
        new FlowReader(HOME, HOME.resolve("routes"), HOME.resolve("kamelets")).read(new Findings());
    Map<String, int[]> table = new TreeMap<>();
    List<String> unnoticed = new ArrayList<>();
    for (RouteFile file : flows.files()) {
      for (int line : stepLines(file.lines())) {
        int end = end(file.lines(), line);
        String step = String.join("\n", file.lines().subList(line, end));
        boolean noticed = isNoticed(flows, file, line, end);
        String kind = file.lines().get(line).replaceAll("[ :-]", "");
        int[] counts = table.computeIfAbsent(kind, k -> new int[2]);
        counts[noticed ? 0 : 1]++;
        boolean call = CALLS.contains(kind);
        if (!noticed && call && !FREE.matcher(step).find() && !file.bundle().equals("simulator")) {
          unnoticed.add(file.path() + ":" + (line + 1) + " " + step.strip());
        }
      }
    }
    table.forEach((kind, counts) -> LOG.info("{}: {} noticed, {} not", kind, counts[0], counts[1]));
    assertThat(table.get("bean")[0]).isGreaterThan(200);
    assertThat(unnoticed).isEmpty();
  }

  private static List<Integer> stepLines(List<String> lines) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      var matcher = STEP.matcher(lines.get(i));
      if (matcher.matches() && !matcher.group(1).isEmpty()) {
        found.add(i);
      }
    }
    return found;
  }

  private static int end(List<String> lines, int start) {
    int indent = lines.get(start).indexOf('-');
    int end = start + 1;
    while (end < lines.size()
        && (lines.get(end).isBlank()
            || lines.get(end).length() - lines.get(end).stripLeading().length() > indent)) {
      end++;
    }
    return end;
  }

  private static boolean isNoticed(FlowSet flows, RouteFile file, int start, int end) {
    List<String> left = new ArrayList<>(file.lines());
    left.subList(start, end).clear();
    RouteFile edited = RouteFile.of(file.path(), file.bundle(), String.join("\n", left) + "\n");
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
