package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** Who a beacon is from now on, and whether it is let in (document 1, section 6.1). */
@WireMessage
public record BeaconRegisterResponse(
    String beaconId,
    String entityId,
    boolean approved,
    Boolean revoked,
    long syncIntervalSeconds,
    boolean firmwareUpdateAvailable,
    Firmware latestFirmware) {
  /** A firmware that a beacon may fetch. */
  @WireMessage
  public record Firmware(String firmwareId, String version, String downloadUrl) {}
}
