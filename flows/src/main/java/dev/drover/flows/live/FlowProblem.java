package dev.drover.flows.live;

import dev.drover.flows.Finding;

/**
 * Why a change is refused, and where.
 *
 * @param file below routes/ or kamelets/
 * @param line counted from 1
 * @param column where the text of the line begins, counted from 1
 * @param instead what to write instead; empty when nothing can be said
 */
public record FlowProblem(String file, int line, int column, String problem, String instead) {
  private static final String AND_THEN = "; ";

  /** A finding of the gate in a text. */
  static FlowProblem of(Finding finding, String text) {
    int end = finding.message().indexOf(AND_THEN);
    String problem = end < 0 ? finding.message() : finding.message().substring(0, end);
    String instead = end < 0 ? "" : finding.message().substring(end + AND_THEN.length());
    return new FlowProblem(
        finding.file(), finding.line(), column(text, finding.line()), problem, instead);
  }

  private static int column(String text, int line) {
    String found = text.lines().skip(Math.max(0, line - 1L)).findFirst().orElse("");
    return found.length() - found.stripLeading().length() + 1;
  }

  @Override
  public String toString() {
    String where = file + ":" + line + ":" + column + ": ";
    return where + problem + (instead.isEmpty() ? "" : AND_THEN + instead);
  }
}
