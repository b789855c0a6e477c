package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every step changes places with the one below it, every call is written twice, every name of
 * another route, bean or method is misspelt; each in turn, and the gate is asked. What it lets
 * through is free for a reason that is named here.
 */
class MovedStepsTest {
  private static final Logger LOG = LoggerFactory.getLogger(MovedStepsTest.class);

  /** What is only to be seen. */
  private static final Pattern SEEN =
      Pattern.compile(
          "- (log|onException):|ref: (protocolLog|eventMetrics)\\b|name: (Content-Type|Cache-Control)\\b");

  /** What writes a part of a message that leaves with a later step. */
  private static final Pattern WRITES =
      Pattern.compile(
          "^ *- setHeader:|method: \"?(write\\w*|ask\\w*|authorise|prepare\\w*|seal)\\b");

  /** Neighbours of which neither needs the other. */
  private static final Set<String> APART =
      Set.of(
          // each kind of stream has its own readers
          "to-sse-streams to-ws-streams",
          "to-ws-streams to-grpc-streams",
          "ping-sse-streams ping-ws-streams",
          "ping-ws-streams ping-grpc-streams",
          "ping-grpc-streams note-presence",
          "follow-keys follow-orchestrators",
          "heed-pause note-not-read",
          // what follows from a full sync is wanted, whichever comes first
          "full-sync catch-up",
          "catch-up verify-it",
          // an operator may acknowledge what devices have not heard yet
          "tell-devices acknowledge-events");

  /** What may be done again: it answers, counts nothing, and stores nothing anew. */
  private static final Pattern AGAIN =
      Pattern.compile(
          "- (setHeader|removeHeaders|stop):"
              + "|ref: (protocolLog|eventMetrics|errorRenderer|deviceNotices)\\b"
              + "|ref: centralOutcomes\\s+method: well|method: checksum\\b"
              + "|uri: (direct:sync-(delta|verify)|kamelet:authorise-action)\\b");

  private final FlowEdits flows = FlowEdits.ofRepository();
  private final Map<String, int[]> table = new TreeMap<>();
  private final List<String> unexplained = new ArrayList<>();

  @AfterEach
  void report() {
    table.forEach((how, counts) -> LOG.info("{}: {} noticed, {} not", how, counts[0], counts[1]));
  }

  private boolean noticed(String how, RouteFile file, List<String> after) {
    boolean noticed = flows.isNoticed(file, after);
    table.computeIfAbsent(how, k -> new int[2])[noticed ? 0 : 1]++;
    return noticed;
  }

  private static String text(List<String> lines, int from, int to) {
    return String.join("\n", lines.subList(from, to));
  }

  @Test
  void d4NoGuardProofStoreCommitOrAcknowledgementIsMovedUnnoticed() {
    for (RouteFile file : flows.files()) {
      List<String> lines = file.lines();
      for (int line : FlowEdits.stepLines(lines)) {
        int end = FlowEdits.end(lines, line);
        if (end < lines.size() && neighbours(lines, line, end)) {
          int last = FlowEdits.end(lines, end);
          List<String> moved = new ArrayList<>(lines);
          Collections.rotate(moved.subList(line, last), last - end);
          String upper = text(lines, line, end);
          String lower = text(lines, end, last);
          String why = why(upper, lower, file);
          if (!noticed("moved: " + why, file, moved) && why.equals("kept")) {
            unexplained.add(file.path() + ":" + (line + 1) + "\n" + upper + "\n<->\n" + lower);
          }
        }
      }
    }
    assertThat(unexplained).isEmpty();
    assertThat(table.get("moved: kept")[0]).isGreaterThan(200);
  }

  private static boolean neighbours(List<String> lines, int one, int other) {
    return FlowEdits.isStep(lines.get(other))
        && lines.get(one).indexOf('-') == lines.get(other).indexOf('-');
  }

  /** Why the two may change places, or that they may not. */
  private static String why(String upper, String lower, RouteFile file) {
    if (file.bundle().equals("simulator")) {
      return "the simulator promises nothing";
    }
    if (SEEN.matcher(upper).find() || SEEN.matcher(lower).find()) {
      return "only seen";
    }
    if (WRITES.matcher(upper).find() && WRITES.matcher(lower).find()) {
      return "parts of one message";
    }
    return APART.contains(id(upper) + " " + id(lower)) ? "apart" : "kept";
  }

  private static String id(String step) {
    Matcher id = Pattern.compile("\\n *id: (\\S+)").matcher(step);
    return id.find() ? id.group(1) : "";
  }

  @Test
  void d4NothingIsDoneTwiceUnnoticed() {
    for (RouteFile file : flows.files()) {
      List<String> lines = file.lines();
      for (int line : FlowEdits.stepLines(lines)) {
        if (FlowEdits.isCall(lines.get(line))) {
          int end = FlowEdits.end(lines, line);
          List<String> doubled = new ArrayList<>(lines);
          doubled.addAll(end, lines.subList(line, end));
          String step = text(lines, line, end);
          boolean free = AGAIN.matcher(step).find() || file.bundle().equals("simulator");
          if (!noticed("doubled: " + (free ? "free" : "kept"), file, doubled) && !free) {
            unexplained.add(file.path() + ":" + (line + 1) + "\n" + step);
          }
        }
      }
    }
    assertThat(unexplained).isEmpty();
    assertThat(table.get("doubled: kept")[0]).isGreaterThan(200);
  }

  @Test
  void d4NoNameOfARouteABeanOrAMethodIsMisspeltUnnoticed() {
    Pattern name = Pattern.compile("( (?:uri: direct:|ref: |method: \"?)\\w)(\\w+)(.*)");
    for (RouteFile file : flows.files()) {
      List<String> lines = file.lines();
      for (int line = 0; line < lines.size(); line++) {
        Matcher found = name.matcher(lines.get(line));
        if (found.find() && !lines.get(line - 1).contains("from:")) {
          List<String> renamed = new ArrayList<>(lines);
          renamed.set(line, found.replaceFirst("$1x$2$3"));
          if (!noticed("misspelt", file, renamed)) {
            unexplained.add(file.path() + ":" + (line + 1) + " " + renamed.get(line).strip());
          }
        }
      }
    }
    assertThat(unexplained).isEmpty();
    assertThat(table.get("misspelt")[0]).isGreaterThan(200);
  }
}
