package dev.drover.engine.checksum;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Items that come from outside: only those with a canonical form can be proven. */
public final class CanonicalItems {
  private CanonicalItems() {}

  /**
   * The hash of an item.
   *
   * @return 32 bytes
   * @throws ProtocolException VALIDATION_FAILED when it has no canonical form (RFC 8785), such as
   *     with a number that no double holds
   */
  public static byte[] hash(String json) {
    try {
      return Checksums.item(json);
    } catch (UncheckedIOException e) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "The document has no canonical form (RFC 8785), such as a number that is too large",
          Map.of("field", "$"));
    }
  }
}
