package dev.drover.cli.run;

import java.io.PrintWriter;

/** Lines for people, each shown at once. */
record Say(PrintWriter out) {
  void line(String format, Object... arguments) {
    out.println(String.format(format, arguments));
    out.flush();
  }
}
