package dev.drover.simulator;

import dev.drover.engine.http.HttpLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings of the simulated mall. Every one has its default in {@code application.yaml}.
 *
 * @param data the directory of everything this process keeps
 * @param keys the directory of its beacons' keys; empty for one below {@code data}
 * @param bind the address of its ports
 * @param port the data port
 * @param http what a caller may hold of the data port
 * @param cors whose pages may call
 * @param entityId the mall
 * @param orchestratorId the orchestrator of the mall
 * @param central the central server
 * @param simulator what it does
 */
@ConfigurationProperties("drover")
public record SimulatorProperties(
    Path data,
    String keys,
    String bind,
    int port,
    HttpLimits http,
    Cors cors,
    String entityId,
    String orchestratorId,
    Central central,
    Simulator simulator) {

  /** The origins whose pages may read answers; none as a rule. */
  public record Cors(List<String> allowedOrigins) {}

  /** Where central is. */
  public record Central(String url) {}

  /**
   * What it does.
   *
   * @param token the operator's token, or empty
   * @param centralKeys central's key directory to make one from, or empty
   * @param linePort the port of the line to central that can be cut
   * @param beacons how many there are
   * @param heartbeatInterval time between two heartbeats of a beacon
   * @param beaconPause shortest time between two reports of a beacon
   * @param logsPerMinute access logs of the whole mall
   */
  public record Simulator(
      String token,
      String centralKeys,
      int linePort,
      int beacons,
      Duration heartbeatInterval,
      Duration beaconPause,
      int logsPerMinute) {}

  Path keysDirectory() {
    return keys.isBlank() ? data.resolve("keys") : Path.of(keys);
  }
}
