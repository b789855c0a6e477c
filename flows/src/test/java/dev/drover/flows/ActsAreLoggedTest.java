package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each operation of a contract that changes something writes a line of the protocol's log: in its
 * own flow, or in one that it calls. What writes none is named here, with the reason.
 */
class ActsAreLoggedTest {
  private static final Set<String> CHANGING = Set.of("post", "put", "patch", "delete");
  private static final String FIGURES = "figures of a beacon every 30 s; /metrics counts them";
  private static final String CHALLENGE = "a number for one proof; what it proves is logged";

  private static final Map<String, String> SILENT =
      Map.of(
          "central beaconHeartbeat", FIGURES,
          "orchestrator beaconHeartbeat", FIGURES,
          "orchestrator beaconHeartbeatShort", FIGURES,
          "orchestrator beaconChallenge", CHALLENGE,
          "orchestrator beaconChallengeShort", CHALLENGE,
          "simulator cutLine", "the line itself says line_cut and line_back");

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"central", "orchestrator", "simulator"})
  void whatChangesSomethingIsLogged(String bundle) throws IOException {
    Map<String, Flow> directs = BundleFlows.of(bundle).directs();
    List<String> silent = new ArrayList<>();
    changing(bundle)
        .forEach(
            (operation, flow) -> {
              if (!logs("direct:" + flow, directs, new HashSet<>())) {
                silent.add(bundle + " " + operation);
              }
            });

    assertThat(silent)
        .containsExactlyInAnyOrderElementsOf(
            SILENT.keySet().stream().filter(name -> name.startsWith(bundle + " ")).toList());
  }

  /** The operations of a bundle's contract that are no reading: each id and what answers it. */
  private static Map<String, String> changing(String bundle) throws IOException {
    JsonNode contract =
        new YAMLMapper()
            .readTree(BundleFlows.HOME.resolve("proto/openapi/" + bundle + ".yaml").toFile());
    Map<String, String> ids = new TreeMap<>();
    for (JsonNode path : contract.path("paths")) {
      for (Map.Entry<String, JsonNode> method : path.properties()) {
        if (CHANGING.contains(method.getKey())) {
          String id = method.getValue().path("operationId").asText();
          ids.put(id, method.getValue().path("x-flow").asText(id));
        }
      }
    }
    assertThat(ids).isNotEmpty();
    return ids;
  }

  private static boolean logs(String uri, Map<String, Flow> directs, Set<String> seen) {
    Flow flow = directs.get(uri);
    if (flow == null || !seen.add(uri)) {
      return false;
    }
    return flow.allSteps().anyMatch(step -> step.options().text("ref").equals("protocolLog"))
        || flow.endpoints().stream()
            .filter(use -> use.role() == EndpointUse.Role.PRODUCER)
            .anyMatch(use -> logs(use.uri(), directs, seen));
  }
}
