package dev.drover.engine.start;

import java.util.List;
import java.util.function.Predicate;

/**
 * What the value of a setting may be.
 *
 * @param allowed what is allowed, in words that end the sentence "allowed is …"
 * @param accepts whether a value is
 */
record SettingKind(String allowed, Predicate<String> accepts) {
  private static final String LIST = "\\s*,\\s*";

  /** The same, and an empty value. */
  SettingKind orEmpty() {
    return new SettingKind(allowed + ", or nothing", text -> text.isBlank() || accepts.test(text));
  }

  /** One or more of them, separated by commas. */
  SettingKind list() {
    return new SettingKind(
        "a list, separated by commas, of: " + allowed,
        text -> List.of(text.split(LIST, -1)).stream().allMatch(accepts));
  }

  static SettingKind oneOf(String... names) {
    return new SettingKind("one of " + String.join(", ", names), List.of(names)::contains);
  }

  static SettingKind matching(String allowed, String pattern) {
    return new SettingKind(allowed, text -> text.matches(pattern));
  }

  /** A whole number; values with more digits than a long are refused too. */
  static SettingKind whole(long from, long to) {
    String allowed =
        to == Integer.MAX_VALUE || to == Long.MAX_VALUE
            ? "a whole number, " + from + " or more"
            : "a whole number from " + from + " to " + to;
    return new SettingKind(
        allowed,
        text -> {
          try {
            long value = Long.parseLong(text);
            return value >= from && value <= to;
          } catch (NumberFormatException e) {
            return false;
          }
        });
  }
}
