package dev.drover.engine.crypto;

import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PEM text: CRLF, indentation and a missing last newline are tolerated. */
final class Pem {
  private static final int LONGEST = 8_192;

  private Pem() {}

  /** The bytes of the one block of this type, or empty when the text is anything else. */
  static Optional<byte[]> read(String text, String type) {
    if (text == null || text.length() > LONGEST) {
      return Optional.empty();
    }
    Matcher matcher =
        Pattern.compile(
                "-----BEGIN " + type + "-----([A-Za-z0-9+/=\\s]+)-----END " + type + "-----")
            .matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Base64.getDecoder().decode(matcher.group(1).replaceAll("\\s", "")));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static String write(byte[] der, String type) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
  }
}
