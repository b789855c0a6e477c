package dev.drover.cli;

import java.nio.file.Path;

/** The java executable for child processes. */
final class Java {

  private Java() {}

  /** Returns the one that the script has chosen, else the one that runs this command. */
  static String executable() {
    String chosen = System.getProperty("drover.java");
    return chosen != null
        ? chosen
        : Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
