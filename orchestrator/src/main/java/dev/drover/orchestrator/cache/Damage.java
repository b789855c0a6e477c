package dev.drover.orchestrator.cache;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.engine.start.StartRefused;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Tells a damaged file from a file that cannot be worked with just now. */
final class Damage {
  /** Full, busy, not allowed: the file is as good as before. */
  private static final Set<SQLiteErrorCode> PASSING =
      Set.of(
          SQLiteErrorCode.SQLITE_FULL,
          SQLiteErrorCode.SQLITE_BUSY,
          SQLiteErrorCode.SQLITE_LOCKED,
          SQLiteErrorCode.SQLITE_READONLY,
          SQLiteErrorCode.SQLITE_PERM,
          SQLiteErrorCode.SQLITE_AUTH,
          SQLiteErrorCode.SQLITE_CANTOPEN,
          SQLiteErrorCode.SQLITE_NOMEM,
          SQLiteErrorCode.SQLITE_INTERRUPT,
          SQLiteErrorCode.SQLITE_MISUSE);

  private Damage() {}

  /**
   * Whether an exception means that the file is damaged, or that a newer build has written it. The
   * statements never change, so that even "no such column" says that the schema in the file has
   * lost a bit.
   */
  static boolean isMeantBy(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SealBrokenException || cause instanceof StartRefused) {
        return true;
      }
      if (cause instanceof SQLiteException sqlite) {
        int primary = sqlite.getResultCode().code & 0xff;
        return PASSING.stream().noneMatch(code -> code.code == primary);
      }
    }
    return false;
  }
}
