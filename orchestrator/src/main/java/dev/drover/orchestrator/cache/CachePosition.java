package dev.drover.orchestrator.cache;

import java.util.OptionalLong;

/**
 * Where the cache stands in central's changes: a change number, or, for a central that gives none,
 * the server's time of the last answer (document 2, step 4: {@code get_last_sync_time}).
 */
public final class CachePosition {
  private static final String SINCE = "since:";

  private CachePosition() {}

  /** The cursor of an answer that names only its time. */
  public static String since(String serverTime) {
    return SINCE + serverTime;
  }

  /** The name under which central takes the cursor. */
  public static String parameter(String cursor) {
    return cursor.startsWith(SINCE) ? "since" : "cursor";
  }

  /** The cursor as central takes it. */
  public static String value(String cursor) {
    return cursor.startsWith(SINCE) ? cursor.substring(SINCE.length()) : cursor;
  }

  /** The change number, when the cursor is one. */
  public static OptionalLong number(String cursor) {
    return cursor != null && cursor.matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(cursor))
        : OptionalLong.empty();
  }
}
