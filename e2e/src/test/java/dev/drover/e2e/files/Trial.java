package dev.drover.e2e.files;

import java.util.Locale;

/**
 * One damage and what came of it.
 *
 * @param state how the process had ended: {@code stopped} or {@code killed}
 * @param group the kind of file, one row of the table
 * @param outcome {@code mended}, {@code gap} (mended, and what is lost is shown), {@code told}
 *     (works, with a named problem) or {@code refused}
 * @param finding what must not be; empty when all is well
 */
record Trial(
    String process,
    String state,
    String group,
    String file,
    String damage,
    long seed,
    String outcome,
    String finding,
    double seconds) {
  static Trial read(String line) {
    String[] parts = line.split("\t", -1);
    return new Trial(
        parts[0],
        parts[1],
        parts[2],
        parts[3],
        parts[4],
        Long.parseLong(parts[5]),
        parts[6],
        parts[7],
        Double.parseDouble(parts[8]));
  }

  String line() {
    String told = finding.replaceAll("\\s+", " ");
    return String.join(
        "\t",
        process,
        state,
        group,
        file,
        damage,
        String.valueOf(seed),
        outcome,
        told.substring(0, Math.min(told.length(), 2_000)),
        String.format(Locale.ROOT, "%.1f", seconds));
  }
}
