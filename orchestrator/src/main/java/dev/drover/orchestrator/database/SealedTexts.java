package dev.drover.orchestrator.database;

import dev.drover.engine.crypto.Sealer;
import java.nio.charset.StandardCharsets;

/**
 * Texts as they lie in {@code mall.db}: sealed for their kind and id, so that one cannot stand in
 * another's place.
 */
public record SealedTexts(Sealer sealer) {
  /** Seals a text. */
  public byte[] seal(String kind, String id, String text) {
    return sealer.seal(kind, id, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Opens what was sealed for this kind and id.
   *
   * @throws dev.drover.engine.crypto.SealBrokenException when it was not
   */
  public String open(String kind, String id, byte[] sealed) {
    return new String(sealer.open(kind, id, sealed), StandardCharsets.UTF_8);
  }
}
