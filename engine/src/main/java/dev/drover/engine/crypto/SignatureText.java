package dev.drover.engine.crypto;

import dev.drover.engine.crypto.SignatureForm.Text;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** Reads and writes the text of a signature; only canonical text is read. */
final class SignatureText {
  private SignatureText() {}

  static String write(byte[] bytes, Text text) {
    return switch (text) {
      case BASE64 -> Base64.getEncoder().encodeToString(bytes);
      case BASE64URL -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      case HEX -> HexFormat.of().formatHex(bytes);
    };
  }

  static Optional<byte[]> read(String value, Text text) {
    try {
      return switch (text) {
        case BASE64 -> base64(value, Base64.getDecoder(), Base64.getEncoder());
        case BASE64URL -> base64(value, Base64.getUrlDecoder(), Base64.getUrlEncoder());
        case HEX -> Optional.of(HexFormat.of().parseHex(value));
      };
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The decoder ignores spare bits of the last character; comparing refuses such twins. */
  private static Optional<byte[]> base64(
      String value, Base64.Decoder decoder, Base64.Encoder encoder) {
    byte[] bytes = decoder.decode(value);
    String again = encoder.withoutPadding().encodeToString(bytes);
    boolean canonical = value.equals(again) || value.equals(encoder.encodeToString(bytes));
    return canonical ? Optional.of(bytes) : Optional.empty();
  }
}
