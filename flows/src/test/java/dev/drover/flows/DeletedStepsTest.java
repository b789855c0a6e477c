package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every step of every flow of this repository is deleted in turn, and the gate is asked. */
class DeletedStepsTest {
  private static final Logger LOG = LoggerFactory.getLogger(DeletedStepsTest.class);

  /** Steps that an operator may delete: what they do is only to be seen, or to be told besides. */
  private static final Pattern FREE =
      Pattern.compile("ref: (protocolLog|eventMetrics|deviceNotices)\\b|name: Content-Type\\b");

  private static final Pattern STEP = Pattern.compile("^( *)- (\\w+):\\s*$");

  @Test
  void d4NothingThatOthersRelyOnIsDeletedUnnoticed() {
    FlowEdits flows = FlowEdits.ofRepository();
    Map<String, int[]> table = new TreeMap<>();
    List<String> unnoticed = new ArrayList<>();
    for (RouteFile file : flows.files()) {
      for (int line : FlowEdits.stepLines(file.lines())) {
        int end = FlowEdits.end(file.lines(), line);
        String step = String.join("\n", file.lines().subList(line, end));
        List<String> left = new ArrayList<>(file.lines());
        left.subList(line, end).clear();
        boolean noticed = flows.isNoticed(file, left);
        String kind = FlowEdits.kind(file.lines().get(line));
        int[] counts = table.computeIfAbsent(kind, k -> new int[2]);
        counts[noticed ? 0 : 1]++;
        boolean call = FlowEdits.isCall(file.lines().get(line));
        if (!noticed && call && !FREE.matcher(step).find() && !file.bundle().equals("simulator")) {
          unnoticed.add(file.path() + ":" + (line + 1) + " " + step.strip());
        }
      }
    }
    table.forEach((kind, counts) -> LOG.info("{}: {} noticed, {} not", kind, counts[0], counts[1]));
    assertThat(table.get("bean")[0]).isGreaterThan(200);
    assertThat(unnoticed).isEmpty();
  }
}
