package dev.drover.e2e.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The wire did not change: every operation of central and of a mall is asked what the build before
 * the redesign of the flows was asked (commit b5946a60, {@code replay/before.txt}), and answers the
 * same: status, headers, fields and their order, but for times and ids. What was changed on purpose
 * stands in {@code replay/changed.txt}, with its reason and the answer of now.
 *
 * <p>{@code -Dreplay.record=true} writes what this build answers to {@code
 * e2e/target/replay/now.txt} without comparing it.
 */
class ReplayTest {
  private static final String SENTENCE = "Another sentence for people.";
  private static final Path NOW = JavaProcess.HOME.resolve("e2e/target/replay/now.txt");

  @Test
  void whatWasAnsweredBeforeTheRedesignIsAnsweredNow() throws IOException {
    List<Exchange> now = ask();
    Files.createDirectories(NOW.getParent());
    Files.writeString(NOW, Exchange.file(now));
    if (Boolean.getBoolean("replay.record")) {
      return;
    }
    Map<String, Exchange> before = Exchange.read("before.txt");
    Map<String, Exchange> changed = Exchange.read("changed.txt");
    Map<String, String> expected = new LinkedHashMap<>();
    before.forEach((name, e) -> expected.put(name, changed.getOrDefault(name, e).answer()));
    Map<String, String> answers =
        now.stream()
            .collect(
                Collectors.toMap(
                    Exchange::name, Exchange::answer, (a, b) -> a, LinkedHashMap::new));

    assertThat(before).hasSizeGreaterThan(200);
    assertThat(answers.keySet()).containsExactlyElementsOf(before.keySet());
    assertThat(answers)
        .allSatisfy((name, is) -> assertThat(is).as(name).isEqualTo(expected.get(name)));
    assertThat(before.keySet()).containsAll(changed.keySet());
    assertThat(changed.values()).allSatisfy(e -> assertReason(before.get(e.name()), e));
  }

  /** What stands as changed was changed, and no more than its reason says. */
  private static void assertReason(Exchange before, Exchange now) {
    assertThat(now.answer()).as(now.name()).isNotEqualTo(before.answer());
    assertThat(now.request()).as("the reason of " + now.name()).isNotBlank();
    if (now.request().equals(SENTENCE)) {
      assertThat(withoutSentences(now)).isEqualTo(withoutSentences(before));
    }
  }

  private static String withoutSentences(Exchange exchange) {
    return exchange.answer().replaceAll("\"message\" : \"(\\\\.|[^\"\\\\])*\"", "");
  }

  private static List<Exchange> ask() {
    Map<String, String> settings =
        Map.of("DROVER_LIMITS_FAILED_SIGNATURES", "100000/1m", "DROVER_EVENTS_PING_INTERVAL", "1s");
    try (CentralProcess central = CentralProcess.alone("replay", settings)) {
      central.start();
      CentralExchanges first = new CentralExchanges(central);
      SyncExchanges then = new SyncExchanges(first.scene());
      first.entities();
      first.documents();
      first.orchestrators();
      then.data();
      then.beacons();
      List<Exchange> atTheMall = new ArrayList<>();
      try (OrchestratorProcess mall = OrchestratorProcess.of(central, CentralExchanges.MALL)) {
        mall.start();
        awaitData(central, mall);
        MallExchanges last = new MallExchanges(central, mall);
        last.operations();
        last.edits();
        last.beacons();
        last.work();
        atTheMall.addAll(last.scene().exchanges());
      }
      then.keys();
      return Stream.concat(first.scene().exchanges().stream(), atTheMall.stream()).toList();
    }
  }

  private static void awaitData(CentralProcess central, OrchestratorProcess mall) {
    String operator = central.token(Role.OPERATOR, CentralExchanges.MALL, "olga");
    Api api = new Api(mall.url());
    Awaitility.await("the mall has its data and hears events")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              Api.Answer health = api.get("/health", null);
              return health.status() == 200
                  && health.json().path("status").asText().equals("healthy")
                  && api.get("/api/orchestrator/state", operator)
                      .json()
                      .at("/sync/ready")
                      .asBoolean();
            });
  }
}
