package dev.drover.orchestrator.beacon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;

/** Which beacon ids the mall's data gives to which devices. */
public final class GivenIds {
  private final EntityCache cache;

  /** The ids in this cache. */
  public GivenIds(EntityCache cache) {
    this.cache = cache;
  }

  /**
   * Whether the collection {@code beacons} has a document of this id whose {@code device_id} is
   * this device; false while the mall has no data.
   */
  public boolean given(String beaconId, String deviceId) {
    try {
      return cache
          .read("beacons", beaconId)
          .map(json -> Json.tree(json.getBytes(StandardCharsets.UTF_8)))
          .map(document -> document.path("device_id"))
          .filter(JsonNode::isTextual)
          .filter(device -> device.textValue().equals(deviceId))
          .isPresent();
    } catch (ProtocolException e) {
      return false;
    }
  }
}
