package dev.drover.orchestrator.uplink.store;

/** How long texts are on the wire, without making the bytes. */
public final class Utf8 {
  private Utf8() {}

  /** The number of bytes of a text in UTF-8. */
  public static long length(String text) {
    long bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        // The two halves of a pair are four bytes together.
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }
}
