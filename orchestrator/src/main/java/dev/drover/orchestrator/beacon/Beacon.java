package dev.drover.orchestrator.beacon;

import java.security.interfaces.ECPublicKey;

/**
 * A beacon as the mall knows it.
 *
 * @param deviceId the device
 * @param beaconId its id, the same as at central
 * @param key the key that it registered with first
 * @param registered whether its registration is on its way to central; false between pinning the
 *     key and that
 * @param approved whether it is let in
 */
record Beacon(
    String deviceId, String beaconId, ECPublicKey key, boolean registered, boolean approved) {}
