package dev.drover.e2e.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** The simulated mall as a real process: its beacons and its line to central. */
public final class SimulatorProcess extends JavaProcess {
  private SimulatorProcess(String name, Map<String, String> settings) {
    super("simulator", name, settings);
  }

  /**
   * A simulated mall of this central.
   *
   * @param name the name of its directory
   * @param mall the orchestrator at whose door its beacons knock
   * @param line the port of the line to central
   */
  public static SimulatorProcess of(
      String name,
      CentralProcess central,
      OrchestratorProcess mall,
      int line,
      Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("CENTRAL_SERVER_URL", central.url());
    all.put("ORCHESTRATOR_URL", mall.url());
    all.put("ENTITY_ID", mall.entity());
    all.put("ORCHESTRATOR_ID", "orch-001");
    all.put("DROVER_LINE_PORT", String.valueOf(line));
    all.putAll(settings);
    return new SimulatorProcess(name, all);
  }

  /** What it says of its beacons and its line. */
  public JsonNode health() {
    return new Api(url()).get("/health", null).json();
  }

  /** Cuts the line for so many seconds, or fails. */
  public void cut(int seconds) {
    Api.Answer answer = new Api(url()).post("/api/line/cut", null, "{\"seconds\":" + seconds + "}");
    if (answer.status() != 200) {
      throw new IllegalStateException("the line is not cut: " + answer);
    }
  }
}
