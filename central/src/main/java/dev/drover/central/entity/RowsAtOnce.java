package dev.drover.central.entity;

/**
 * How many documents are asked for at once: one at first, then by their size, because what the
 * database sends at once is in memory too.
 */
public final class RowsAtOnce {
  private static final int MOST = 500;
  private static final int FIRST = 1;
  private static final int STEP = 4;
  private static final int SMALL = 64 * 1024;

  /** A piece is done with the document that reaches so many characters. */
  public static final int LARGE = EntityChanges.PAGE_CHARS;

  private int rows = FIRST;

  /** The next number. */
  public int next() {
    return rows;
  }

  /** So many characters came of the last ones. */
  public void took(long chars) {
    if (chars < SMALL) {
      rows = Math.min(MOST, rows * STEP);
    } else if (chars > LARGE) {
      rows = Math.max(1, rows / STEP);
    }
  }
}
