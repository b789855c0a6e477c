package dev.drover.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Repeated measurements of one thing. */
final class Samples {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
  }

  double median() {
    return Machine.median(values);
  }

  /** Least and median; one figure when they are the same. */
  @Override
  public String toString() {
    double least = Collections.min(values);
    return least == median() ? text(least) : text(least) + " / " + text(median());
  }

  private static String text(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}
