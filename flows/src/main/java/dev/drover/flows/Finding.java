package dev.drover.flows;

import java.util.Comparator;

/**
 * One broken rule: where, and what to write instead.
 *
 * @param file path relative to the checked repository, with {@code /}
 * @param line counted from 1
 */
public record Finding(String file, int line, String message) implements Comparable<Finding> {
  private static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::file)
          .thenComparingInt(Finding::line)
          .thenComparing(Finding::message);

  @Override
  public int compareTo(Finding other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return file + ":" + line + ": " + message;
  }
}
