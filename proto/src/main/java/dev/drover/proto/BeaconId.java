package dev.drover.proto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The id that a beacon gets when its registration names none. It follows from entity and device
 * alone, so central and a mall that is cut off from it come to the same one.
 */
public final class BeaconId {
  private static final int BYTES = 10;

  private BeaconId() {}

  /** {@code beacon-} and 20 hex digits of SHA-256 over entity, line feed, device. */
  public static String of(String entityId, String deviceId) {
    try {
      byte[] name = (entityId + "\n" + deviceId).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(name);
      return "beacon-" + HexFormat.of().formatHex(hash, 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
