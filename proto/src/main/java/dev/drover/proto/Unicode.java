package dev.drover.proto;

/**
 * Text from outside that is no Unicode (RFC 3629, RFC 8785 section 3.2.2.2): it has no canonical
 * form, so nobody could prove that they have it.
 */
public final class Unicode {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int FIRST_BYTES = 4;

  private Unicode() {}

  /**
   * Where bytes stop being UTF-8, or -1 when all are. Over-long forms, surrogates and values beyond
   * U+10FFFF are no UTF-8; a NUL at the beginning says UTF-16 or UTF-32, which JSON readers detect.
   */
  public static int fault(byte[] bytes) {
    for (int i = 0; i < Math.min(FIRST_BYTES, bytes.length); i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    int at = 0;
    while (at < bytes.length) {
      int length = bytes[at] >= 0 ? 1 : sequence(bytes, at);
      if (length == 0) {
        return at;
      }
      at += length;
    }
    return -1;
  }

  /** The length of a character of more than one byte; 0 when it is none. */
  private static int sequence(byte[] bytes, int at) {
    int first = bytes[at] & 0xff;
    int length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) {
      return 0;
    }
    int second = bytes[at + 1] & 0xff;
    int lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int i = at + 2; i < at + length; i++) {
      if ((bytes[i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  /** Whether JSON in UTF-8 writes a surrogate as an escape, which may be half of a pair. */
  static boolean escapesSurrogates(byte[] json) {
    for (int i = 0; i + 3 < json.length; i++) {
      if (json[i] == '\\'
          && json[i + 1] == 'u'
          && (json[i + 2] | 0x20) == 'd'
          && json[i + 3] >= '8'
          && "89abcdef".indexOf(json[i + 3] | 0x20) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether no half of a surrogate pair stands alone. */
  public static boolean wellFormed(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** The text with U+FFFD for each half of a pair, fit to be shown. */
  static String shown(String text) {
    if (wellFormed(text)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c)
        .forEach(shown::appendCodePoint);
    return shown.toString();
  }
}
