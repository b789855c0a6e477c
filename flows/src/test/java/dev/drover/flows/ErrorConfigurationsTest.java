package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A flow that names an error configuration is taken at its word: an exception of at least one of
 * its own steps reaches that configuration. It does not reach it from a {@code doTry}, which takes
 * or passes on what happens in it, nor from a flow with a configuration of its own, which has acted
 * before.
 */
class ErrorConfigurationsTest {
  private static final String PASS = "pass-errors";

  /** Flows that only hand over; their configuration acts when the other flow has been stopped. */
  private static final Map<String, String> ONLY_HAND_OVER =
      Map.of(
          "uplink-urgent-read", "direct:uplink-upload",
          "uplink-normal-read", "direct:uplink-upload",
          "simulator-beacons-speak", "direct:beacon-report");

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"central", "orchestrator", "simulator"})
  void theConfigurationThatAFlowNamesCanAct(String bundle) {
    BundleFlows flows = BundleFlows.of(bundle);
    List<String> idle = new ArrayList<>();
    for (Flow flow : flows.routes()) {
      String named = flow.node().text("routeConfigurationId");
      boolean acts =
          named.equals(PASS)
              || flow.steps().stream().anyMatch(s -> reaches(s, named, flows.directs()));
      if (!acts && !ONLY_HAND_OVER.containsKey(flow.name())) {
        idle.add(flow.name() + " names " + named);
      }
    }

    assertThat(flows.routes()).isNotEmpty();
    assertThat(idle).isEmpty();
  }

  /** In a flow that tries what it does, what it does not catch passes its configuration by. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"central", "orchestrator", "simulator"})
  void aFlowWhoseWorkIsTriedPassesOnWhatItDoesNotCatch(String bundle) {
    List<String> wrong =
        BundleFlows.of(bundle).routes().stream()
            .filter(flow -> flow.node().text("routeConfigurationId").equals("retry-later"))
            .filter(flow -> flow.allSteps().anyMatch(step -> step.eip().equals("doTry")))
            .map(Flow::name)
            .toList();

    assertThat(wrong).isEmpty();
  }

  private static boolean reaches(Step step, String named, Map<String, Flow> directs) {
    if (step.eip().equals("doTry")) {
      return false;
    }
    if (step.eip().equals("bean") || step.eip().equals("process")) {
      return true;
    }
    String uri = EndpointUse.of(step).map(EndpointUse::uri).orElse("");
    if (uri.startsWith("direct:")) {
      Flow called = directs.get(uri);
      String its = called == null ? PASS : called.node().text("routeConfigurationId");
      return its.equals(PASS) || its.equals(named);
    }
    return !uri.isEmpty()
        || step.children().stream().anyMatch(child -> reaches(child, named, directs));
  }
}
