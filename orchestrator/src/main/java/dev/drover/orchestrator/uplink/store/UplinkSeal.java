package dev.drover.orchestrator.uplink.store;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.engine.crypto.Sealer;
import java.nio.charset.StandardCharsets;

/**
 * Seals what writes say, for the idempotency key of each; so a write that moves between the tables
 * keeps its seal (document 1, section 8.3).
 */
record UplinkSeal(Sealer sealer) {
  static final String KIND = "uplink";

  byte[] seal(String idempotencyKey, String body) {
    return sealer.seal(KIND, idempotencyKey, body.getBytes(StandardCharsets.UTF_8));
  }

  /** The write; null when it cannot be opened, and when there is none. */
  String open(String idempotencyKey, byte[] sealed) {
    if (sealed == null) {
      return null;
    }
    try {
      return new String(sealer.open(KIND, idempotencyKey, sealed), StandardCharsets.UTF_8);
    } catch (SealBrokenException e) {
      return null;
    }
  }
}
