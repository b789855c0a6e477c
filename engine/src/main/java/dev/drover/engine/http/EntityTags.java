package dev.drover.engine.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Conditional requests (RFC 9110, 13.1.2). */
public final class EntityTags {
  private static final Pattern TAG = Pattern.compile("(?:W/)?(\"[^\"]*\")");

  private EntityTags() {}

  /**
   * Whether an {@code If-None-Match} names this tag: {@code *}, or one of its list by weak
   * comparison.
   *
   * @param condition the header, or null
   */
  public static boolean matches(String condition, String tag) {
    if (condition == null) {
      return false;
    }
    if (condition.trim().equals("*")) {
      return true;
    }
    String opaque = opaque(tag);
    Matcher listed = TAG.matcher(condition);
    while (listed.find()) {
      if (listed.group(1).equals(opaque)) {
        return true;
      }
    }
    return false;
  }

  private static String opaque(String tag) {
    return tag.startsWith("W/") ? tag.substring(2) : tag;
  }
}
