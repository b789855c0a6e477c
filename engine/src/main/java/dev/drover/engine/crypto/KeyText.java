package dev.drover.engine.crypto;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The text of a key file. A key has no room for errors in itself: turned bits make another key that
 * is as good as the first. So a line {@code Check: …} beside it says which one it was. Files of
 * earlier versions have none and are taken as they are.
 */
final class KeyText {
  private static final String CHECK = "Check: ";
  private static final Pattern LINE =
      Pattern.compile("(Operation|Former): [A-Za-z0-9_-]+|" + CHECK + "[0-9a-f]{16}");
  private static final String BEGIN = "-----BEGIN";

  private KeyText() {}

  /**
   * A private key with its check.
   *
   * @param before lines that come first, each with its end; or nothing
   */
  static String of(String before, KeyPair pair) {
    ECPrivateKey key = (ECPrivateKey) pair.getPrivate();
    return before + check(key.getEncoded()) + "\n" + PrivateKeys.toPem(key);
  }

  /** A secret with its check. */
  static String of(byte[] secret) {
    return Base64.getEncoder().encodeToString(secret) + "\n" + check(secret) + "\n";
  }

  private static String check(byte[] key) {
    return CHECK + HexFormat.of().formatHex(Arrays.copyOf(Hashes.sha256(key), 8));
  }

  /**
   * Reads a private key.
   *
   * @throws IllegalArgumentException when it is none, or not the one that was written; the message
   *     never holds key material
   */
  static KeyPair pair(String text) {
    int begin = text.indexOf(BEGIN);
    List<String> before = text.substring(0, Math.max(0, begin)).lines().map(String::strip).toList();
    for (int line = 0; line < before.size(); line++) {
      if (!LINE.matcher(before.get(line)).matches()) {
        throw new IllegalArgumentException(
            "its line "
                + (line + 1)
                + " is damaged; when the key below it is right, delete the lines before it");
      }
    }
    KeyPair pair = PrivateKeys.parse(text);
    require(before, pair.getPrivate().getEncoded());
    return pair;
  }

  /**
   * Reads a secret.
   *
   * @throws IllegalArgumentException as for {@link #pair}
   */
  static byte[] secret(String text) {
    List<String> lines = text.strip().lines().map(String::strip).toList();
    byte[] secret = bytes(lines);
    if (secret.length != KeyProvider.SECRET_BYTES
        || lines.size() > 2
        || lines.size() == 2 && !LINE.matcher(lines.get(1)).matches()) {
      throw new IllegalArgumentException("does not hold 32 bytes in Base64");
    }
    require(lines, secret);
    return secret;
  }

  private static byte[] bytes(List<String> lines) {
    try {
      return Base64.getDecoder()
          .decode(
              lines.isEmpty() ? new byte[0] : lines.get(0).getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      // its message quotes the text
      return new byte[0];
    }
  }

  private static void require(List<String> lines, byte[] key) {
    for (String line : lines) {
      if (line.startsWith(CHECK) && !line.equals(check(key))) {
        throw new IllegalArgumentException("is damaged: its line Check is that of another key");
      }
    }
  }
}
