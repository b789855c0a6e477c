package dev.drover.flows.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of the mall's own flows, with a process that only notes what it is told. */
class LiveFlowsTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final String HEARTBEAT = "orchestrator/04-heartbeat.camel.yaml";
  private static final String ERRORS = "shared/00-errors.camel.yaml";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-29T12:00:00Z"), ZoneOffset.UTC);

  @TempDir Path data;
  @TempDir Path routes;
  private final Told running = new Told();
  private LiveFlows flows;

  /** Notes what it is told, and refuses the route of a name. */
  private static final class Told implements Running {
    private final List<Set<String>> swapped = new ArrayList<>();
    private String broken = "";

    @Override
    public Duration apply(
        Map<String, String> before,
        Map<String, String> after,
        Set<String> ids,
        Set<String> configurations)
        throws DoesNotStart {
      if (ids.contains(broken)) {
        throw new DoesNotStart(broken, "no such host", null);
      }
      swapped.add(ids);
      return Duration.ZERO;
    }

    @Override
    public List<RouteState> states(Set<String> ids) {
      return List.of();
    }
  }

  @BeforeEach
  void start() throws IOException {
    for (String folder : List.of("orchestrator", "shared")) {
      Files.createDirectories(routes.resolve(folder));
      try (var files = Files.list(HOME.resolve("routes").resolve(folder))) {
        for (Path file : files.toList()) {
          Files.copy(file, routes.resolve(folder).resolve(file.getFileName()));
        }
      }
    }
    flows = open();
  }

  private LiveFlows open() {
    FlowFiles files = new FlowFiles(routes, List.of("orchestrator", "shared"));
    return new LiveFlows(
        new FlowHistory(data.resolve("flows")),
        files,
        HOME,
        running,
        CLOCK,
        files.read(),
        List.of());
  }

  private String edited(String file, String from, String to) throws FlowRefused {
    String text = flows.text(file);
    assertThat(text).contains(from);
    return text.replaceFirst(java.util.regex.Pattern.quote(from), to);
  }

  private String hash(String file) {
    return flows.state(file).hash();
  }

  @Test
  void anEditIsInForceOnDiskAndInTheHistoryAndCanBeTakenBack() throws Exception {
    String first = flows.text(HEARTBEAT);
    String route = firstRoute(first);
    String next = edited(HEARTBEAT, "description: ", "description: Changed. ");
    LiveFlows.Applied applied = flows.put(HEARTBEAT, next, hash(HEARTBEAT), "ops-1", "try it");
    assertThat(applied.version().number()).isEqualTo(2);
    assertThat(running.swapped).containsExactly(Set.of(route));
    assertThat(flows.text(HEARTBEAT)).isEqualTo(next);
    assertThat(routes.resolve(HEARTBEAT)).hasContent(next);
    assertThat(flows.state(HEARTBEAT).version()).isEqualTo(2);
    FlowVersion written = flows.history().get(1);
    assertThat(written.who()).isEqualTo("ops-1");
    assertThat(written.why()).isEqualTo("try it");
    assertThat(written.files()).containsOnlyKeys(HEARTBEAT);

    assertThat(open().text(HEARTBEAT)).as("after a restart").isEqualTo(next);
    flows.rollback(1, "ops-2", "worse");
    assertThat(flows.text(HEARTBEAT)).isEqualTo(first);
    assertThat(routes.resolve(HEARTBEAT)).hasContent(first);
    assertThat(flows.history()).hasSize(3);
    assertThat(running.swapped).hasSize(2);
  }

  @Test
  void onlyAComment() throws Exception {
    String next = "# another first line\n" + flows.text(HEARTBEAT);
    flows.put(HEARTBEAT, next, hash(HEARTBEAT), "ops-1", "");
    assertThat(running.swapped).containsExactly(Set.of());
    assertThat(flows.text(HEARTBEAT)).isEqualTo(next);
  }

  @Test
  void whoEditedAnotherTextIsToldSo() throws Exception {
    String next = "# mine\n" + flows.text(HEARTBEAT);
    String seen = hash(HEARTBEAT);
    flows.put(HEARTBEAT, "# theirs\n" + flows.text(HEARTBEAT), seen, "ops-2", "");
    assertThatThrownBy(() -> flows.put(HEARTBEAT, next, seen, "ops-1", ""))
        .isInstanceOfSatisfying(
            FlowRefused.class,
            e -> {
              assertThat(e.reason()).isEqualTo(FlowRefused.Reason.CHANGED);
              assertThat(e).hasMessageContaining(hash(HEARTBEAT));
            });
    assertThat(flows.text(HEARTBEAT)).startsWith("# theirs");
  }

  @Test
  void whatBreaksARuleIsRefusedWithItsPlace() throws Exception {
    String next = edited(HEARTBEAT, "uri: direct:", "uri: directt:");
    int line = (int) next.substring(0, next.indexOf("directt:")).lines().count();
    assertRefused(HEARTBEAT, next, line);
  }

  @Test
  void whatIsNoYamlIsRefused() throws Exception {
    assertRefused(HEARTBEAT, "- route:\n    id: [\n", 0);
    assertRefused(HEARTBEAT, "", 0);
    assertRefused(HEARTBEAT, "\uFFFD" + flows.text(HEARTBEAT), 0);
    assertRefused(HEARTBEAT, "#".repeat(Ladder.MOST_CHARACTERS + 1), 0);
  }

  private void assertRefused(String file, String text, int line) throws FlowRefused {
    String before = flows.text(file);
    assertThatThrownBy(() -> flows.put(file, text, hash(file), "ops-1", ""))
        .isInstanceOfSatisfying(
            FlowRefused.class,
            e -> {
              assertThat(e.reason()).isEqualTo(FlowRefused.Reason.INVALID);
              assertThat(e.problems()).isNotEmpty();
              assertThat(e.problems()).anyMatch(p -> p.file().equals(file));
              if (line > 0) {
                assertThat(e.problems()).extracting(FlowProblem::line).contains(line);
              }
            });
    assertThat(flows.text(file)).isEqualTo(before);
    assertThat(routes.resolve(file)).hasContent(before);
    assertThat(running.swapped).isEmpty();
    assertThat(flows.history()).hasSize(1);
  }

  @Test
  void whatDoesNotStartIsRefusedAtItsRoute() throws Exception {
    String before = flows.text(HEARTBEAT);
    running.broken = firstRoute(before);
    String next = edited(HEARTBEAT, "description: ", "description: Changed. ");
    assertThatThrownBy(() -> flows.put(HEARTBEAT, next, hash(HEARTBEAT), "ops-1", ""))
        .isInstanceOfSatisfying(
            FlowRefused.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .satisfies(
                        p -> {
                          assertThat(p.problem()).contains("no such host");
                          assertThat(p.line()).isGreaterThan(1);
                        }));
    assertThat(routes.resolve(HEARTBEAT)).hasContent(before);
    assertThat(flows.history()).hasSize(1);
  }

  @Test
  void aChangedConfigurationRebuildsTheRoutesThatUseItInEveryFile() throws Exception {
    String next = edited(ERRORS, "description: ", "description: Changed. ");
    flows.put(ERRORS, next, hash(ERRORS), "ops-1", "");
    assertThat(running.swapped.get(0)).hasSizeGreaterThan(3);
  }

  @Test
  void anEditOnDiskIsTakenWhenItIsWholeAndARefusedOneStaysThere() throws Exception {
    String good = edited(HEARTBEAT, "description: ", "description: Changed. ");
    Files.writeString(routes.resolve(HEARTBEAT), good.substring(0, good.length() / 2));
    assertThat(flows.look()).as("seen once").isEmpty();
    Files.writeString(routes.resolve(HEARTBEAT), good);
    assertThat(flows.look()).as("another text").isEmpty();
    assertThat(flows.look()).containsExactly("version 2 is in force");
    assertThat(flows.text(HEARTBEAT)).isEqualTo(good);

    Files.writeString(routes.resolve(HEARTBEAT), "- route:\n    id: [\n");
    flows.look();
    assertThat(flows.look()).singleElement().asString().contains(HEARTBEAT + ":3:");
    assertThat(flows.look()).as("told once").isEmpty();
    assertThat(flows.text(HEARTBEAT)).isEqualTo(good);
    assertThat(flows.state(HEARTBEAT).problems()).isNotEmpty();
    assertThat(routes.resolve(HEARTBEAT)).content().startsWith("- route:\n    id: [");

    Files.writeString(routes.resolve(HEARTBEAT), good);
    flows.look();
    flows.look();
    assertThat(flows.state(HEARTBEAT).problems()).isEmpty();
  }

  @Test
  void whereNoPromisesAreNoEditIsLetIn() throws Exception {
    LiveFlows elsewhere =
        new LiveFlows(
            new FlowHistory(data.resolve("other")),
            new FlowFiles(routes, List.of("orchestrator", "shared")),
            data,
            running,
            CLOCK,
            Map.of(HEARTBEAT, flows.text(HEARTBEAT)),
            List.of());
    assertThatThrownBy(
            () ->
                elsewhere.put(
                    HEARTBEAT, "# x\n" + flows.text(HEARTBEAT), hash(HEARTBEAT), "ops-1", ""))
        .isInstanceOf(FlowRefused.class)
        .hasMessageContaining("proto/flows");
    assertThat(running.swapped).isEmpty();
  }

  @Test
  void namesThatLieElsewhereAreRefused() {
    for (String name :
        List.of("../x.camel.yaml", "central/01.camel.yaml", "shared/a/b.camel.yaml", "shared/x")) {
      assertThatThrownBy(() -> flows.put(name, "x", "", "ops-1", ""))
          .isInstanceOfSatisfying(
              FlowRefused.class, e -> assertThat(e.reason()).isEqualTo(FlowRefused.Reason.UNKNOWN));
    }
  }

  private static String firstRoute(String text) {
    return dev.drover.flows.RouteFile.of("f", "orchestrator", text).flows().stream()
        .filter(flow -> flow.kind() == dev.drover.flows.Flow.Kind.ROUTE)
        .findFirst()
        .orElseThrow()
        .name();
  }
}
