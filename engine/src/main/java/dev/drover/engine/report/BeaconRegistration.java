package dev.drover.engine.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.PublicKeys;
import java.security.interfaces.ECPublicKey;
import java.util.Optional;

/**
 * A beacon's registration (document 1, section 6.1).
 *
 * @param deviceId the device
 * @param publicKey its P-256 key
 * @param beaconId the id that it asks for; additive
 * @param firmwareVersion what runs on it
 * @param areaId where it is
 */
public record BeaconRegistration(
    String deviceId,
    Optional<ECPublicKey> publicKey,
    Optional<String> beaconId,
    Optional<String> firmwareVersion,
    Optional<String> areaId) {
  /**
   * Reads a request.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED
   */
  public static BeaconRegistration read(ObjectNode body) {
    Fields.need(body, "device_type");
    Fields.time(body, "registered_at");
    return new BeaconRegistration(
        Fields.id(body, "device_id"),
        Fields.text(body, "public_key").map(PublicKeys::parse),
        body.hasNonNull("beacon_id") ? Optional.of(Fields.id(body, "beacon_id")) : Optional.empty(),
        Fields.text(body, "firmware_version"),
        Fields.text(body.path("location"), "area_id"));
  }
}
