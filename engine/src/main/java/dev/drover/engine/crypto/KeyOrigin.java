package dev.drover.engine.crypto;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The beginning of a key file that says where the key comes from.
 *
 * @param operation the operation that made it
 * @param former the {@code kid} of the key before it
 */
record KeyOrigin(String operation, String former) {
  private static final Pattern TEXT =
      Pattern.compile("Operation: ([A-Za-z0-9-]+)\nFormer: ([A-Za-z0-9_-]+)\n");

  /** What a file begins with; empty when that is a key. */
  static Optional<KeyOrigin> of(String file) {
    Matcher found = TEXT.matcher(file);
    return found.lookingAt()
        ? Optional.of(new KeyOrigin(found.group(1), found.group(2)))
        : Optional.empty();
  }

  /** As it stands in a file. */
  String text() {
    return "Operation: " + operation + "\nFormer: " + former + "\n";
  }
}
