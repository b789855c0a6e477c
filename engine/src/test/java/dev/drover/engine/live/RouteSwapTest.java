package dev.drover.engine.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.time.Ticker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers see while routes are replaced; each flow says its version. */
class RouteSwapTest {
  private static final Set<String> NONE = Set.of();

  private final DefaultCamelContext context = new DefaultCamelContext();
  private final Seams seams = new Seams();
  private final List<String> ticks = new ArrayList<>();
  private final Gate gate = new Gate();
  private ProducerTemplate caller;
  private RouteSwap swap;
  @TempDir Path kamelets;

  /** A step that holds whoever comes until it is opened. */
  public static final class Gate {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /** Called by the flow. */
    public void pass() throws InterruptedException {
      entered.countDown();
      open.await();
    }
  }

  @BeforeEach
  void start() throws Exception {
    Files.writeString(
        kamelets.resolve("stamp-action.kamelet.yaml"),
        """
        apiVersion: camel.apache.org/v1
        kind: Kamelet
        metadata:
          name: stamp-action
        spec:
          definition:
            title: Stamp
            properties:
              word:
                title: Word
                type: string
          template:
            from:
              uri: kamelet:source
              steps:
                - transform:
                    simple: "${body} {{word}}"
        """);
    context.addComponent("direct", seams);
    KameletComponent component = new KameletComponent();
    component.setLocation("file:" + kamelets);
    context.addComponent("kamelet", component);
    context.getRegistry().bind("ticks", new Ticks());
    context.getRegistry().bind("gate", gate);
    context.start();
    caller = context.createProducerTemplate();
    swap = new RouteSwap(context, seams, Ticker.SYSTEM);
  }

  /** Keeps what a timer's route says. */
  public final class Ticks {
    /** Called by the flow. */
    public synchronized void add(String version) {
      ticks.add(version);
    }

    synchronized List<String> seen() {
      return List.copyOf(ticks);
    }
  }

  @AfterEach
  void stop() throws Exception {
    gate.open.countDown();
    swap.close();
    context.close();
  }

  @Test
  void callersGetTheOldAnswerOrTheNewOneAndNeverNone() throws Exception {
    String old = answers("greet", "v0");
    load(old);
    AtomicBoolean going = new AtomicBoolean(true);
    Map<String, Integer> heard = new ConcurrentHashMap<>();
    ExecutorService callers = Executors.newFixedThreadPool(2);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      all.add(
          callers.submit(
              () -> {
                while (going.get()) {
                  heard.merge(say("greet"), 1, Integer::sum);
                }
              }));
    }
    for (int i = 1; i <= 4; i++) {
      String next = answers("greet", "v" + i);
      assertThat(swap.apply(change(old, next, Set.of("greet")))).isZero();
      assertThat(say("greet")).as("the first call after").isEqualTo("v" + i);
      old = next;
    }
    going.set(false);
    for (Future<?> each : all) {
      each.get();
    }
    callers.shutdown();
    assertThat(heard.keySet()).isSubsetOf("v0", "v1", "v2", "v3", "v4").hasSizeGreaterThan(2);
  }

  @Test
  void whatIsInTheOldRouteEndsThere() throws Exception {
    String old =
        "- route:\n    id: slow\n    from:\n      uri: direct:slow\n      steps:\n"
            + "        - bean:\n            ref: gate\n            method: pass\n"
            + "        - setBody:\n            constant: old\n";
    load(old);
    ExecutorService callers = Executors.newSingleThreadExecutor();
    Future<String> first = callers.submit(() -> say("slow"));
    gate.entered.await();
    swap.apply(change(old, answers("slow", "new"), Set.of("slow")));
    assertThat(say("slow")).isEqualTo("new");
    assertThat(first.isDone()).isFalse();
    gate.open.countDown();
    assertThat(first.get()).isEqualTo("old");
    callers.shutdown();
    await().untilAsserted(() -> assertThat(routeIds()).containsExactly("slow"));
    assertThat(say("slow")).isEqualTo("new");
  }

  @Test
  void manyRoutesTakeOverInOneStepAndVanishedOnesEnd() throws Exception {
    String old =
        "- route:\n    id: a\n    from:\n      uri: direct:a\n      steps:\n"
            + "        - to:\n            uri: direct:b\n"
            + answers("b", "b of old");
    load(old);
    String next =
        "- route:\n    id: a\n    from:\n      uri: direct:a\n      steps:\n"
            + "        - to:\n            uri: direct:c\n"
            + answers("c", "c of new");
    swap.apply(change(old, next, Set.of("a", "b", "c")));
    assertThat(say("a")).isEqualTo("c of new");
    await().untilAsserted(() -> assertThat(routeIds()).containsExactlyInAnyOrder("a", "c"));
    assertThat(say("a")).isEqualTo("c of new");
  }

  @Test
  void whatDoesNotStartChangesNothing() throws Exception {
    String old = answers("greet", "old") + ticking("old");
    load(old);
    String next = answers("greet", "new") + ticking("new").replace("timer:t", "nowhere:t");
    assertThatThrownBy(() -> swap.apply(change(old, next, Set.of("greet", "tick"))))
        .isInstanceOfSatisfying(SwapException.class, e -> assertThat(e.route()).isEqualTo("tick"));
    assertThat(say("greet")).isEqualTo("old");
    await().untilAsserted(() -> assertThat(routeIds()).containsExactlyInAnyOrder("greet", "tick"));
    int before = new Ticks().seen().size();
    await().until(() -> new Ticks().seen().size() > before + 2);
    assertThat(new Ticks().seen()).containsOnly("old");
  }

  @Test
  void aRouteWithASourceIsStoppedReplacedAndStarted() throws Exception {
    String old = ticking("old");
    load(old);
    await().until(() -> new Ticks().seen().contains("old"));
    Duration pause = swap.apply(change(old, ticking("new"), Set.of("tick")));
    assertThat(pause).isPositive();
    await().until(() -> new Ticks().seen().contains("new"));
    List<String> seen = new Ticks().seen();
    assertThat(seen.subList(seen.indexOf("new"), seen.size())).containsOnly("new");
  }

  @Test
  void aChangedConfigurationIsThatOfTheRoutesThatUseIt() throws Exception {
    String old = handler("said by old") + failing();
    load(old);
    assertThat(say("fails")).isEqualTo("said by old");
    String next = handler("said by new") + failing();
    swap.apply(new RouteChange(text(old), text(next), Set.of("fails"), Set.of("errors")));
    assertThat(say("fails")).isEqualTo("said by new");
    String bad = handler("said by bad") + failing().replace("direct:away", "nowhere:away");
    assertThatThrownBy(
            () ->
                swap.apply(
                    new RouteChange(text(next), text(bad), Set.of("fails"), Set.of("errors"))))
        .isInstanceOf(SwapException.class);
    swap.apply(new RouteChange(text(next), text(next), Set.of("fails"), NONE));
    assertThat(say("fails")).as("the configuration that is in force").isEqualTo("said by new");
  }

  @Test
  void kameletsOfEndedRoutesEndAndNamesStay() throws Exception {
    String old = stamped("one");
    load(old);
    assertThat(say("stamp")).isEqualTo("x one");
    for (String word : List.of("two", "three", "one")) {
      String next = stamped(word);
      swap.apply(change(old, next, Set.of("stamp")));
      assertThat(say("stamp")).isEqualTo("x " + word);
      old = next;
    }
    await().untilAsserted(() -> assertThat(routeIds()).hasSize(2));
    assertThat(say("stamp")).isEqualTo("x one");
    assertThat(context.getProcessor("stamp-call")).as("the step by its own name").isNotNull();
  }

  private List<String> routeIds() {
    return context.getRoutes().stream().map(Route::getId).sorted().toList();
  }

  private String say(String name) {
    return caller.requestBody("direct:" + name, "x", String.class);
  }

  private void load(String text) throws Exception {
    PluginHelper.getRoutesLoader(context)
        .loadRoutes(new RouteText("f.camel.yaml", text).resource());
  }

  private static List<RouteText> text(String text) {
    return List.of(new RouteText("f.camel.yaml", text));
  }

  private static RouteChange change(String before, String after, Set<String> routes) {
    return new RouteChange(text(before), text(after), routes, NONE);
  }

  private static String answers(String name, String answer) {
    return "- route:\n    id: %1$s\n    from:\n      uri: direct:%1$s\n      steps:\n"
            .formatted(name)
        + "        - setBody:\n            constant: %s\n".formatted(answer);
  }

  private static String ticking(String version) {
    return "- route:\n    id: tick\n    from:\n      uri: timer:t\n      parameters:\n"
        + "        period: 20\n        delay: 0\n      steps:\n"
        + "        - bean:\n            ref: ticks\n            method: \"add('"
        + version
        + "')\"\n";
  }

  private static String handler(String words) {
    return "- routeConfiguration:\n    id: errors\n    onException:\n      - onException:\n"
        + "          exception:\n            - java.lang.Exception\n"
        + "          handled:\n            constant: \"true\"\n          steps:\n"
        + "            - setBody:\n                constant: "
        + words
        + "\n";
  }

  private static String failing() {
    return "- route:\n    id: fails\n    routeConfigurationId: errors\n    from:\n"
        + "      uri: direct:fails\n      steps:\n        - to:\n            uri: direct:away\n"
        + "            parameters:\n              block: false\n";
  }

  private static String stamped(String word) {
    return "- route:\n    id: stamp\n    nodePrefixId: stamp-\n    from:\n"
        + "      uri: direct:stamp\n      steps:\n        - to:\n            id: call\n"
        + "            uri: kamelet:stamp-action\n            parameters:\n              word: "
        + word
        + "\n";
  }
}
