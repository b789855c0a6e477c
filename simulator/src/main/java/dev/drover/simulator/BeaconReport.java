package dev.drover.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * What a beacon tells its mall; its content stays the same until the mall has acknowledged it.
 *
 * @param kind what it is; also the last part of the path at the mall's door
 * @param body the exact bytes
 * @param logs how many access logs are in it
 */
record BeaconReport(String kind, byte[] body, int logs) {
  static final String REGISTER = "register";
  static final String HEARTBEAT = "heartbeat";
  static final String LOGS = "access-logs";

  static BeaconReport of(String kind, ObjectNode body) {
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    return new BeaconReport(kind, bytes, body.path("logs").size());
  }
}
