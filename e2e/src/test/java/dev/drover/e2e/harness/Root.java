package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Runs the commands of an administrator, for lines and disks that can fail. */
final class Root {
  private Root() {}

  /** Whether this process may do so. */
  static boolean allowed() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Runs a command; the words are those between its blanks. */
  static void run(String command) {
    String output = output(Arrays.asList(command.split(" ")));
    if (!output.isEmpty()) {
      throw new IllegalStateException(command + ": " + output);
    }
  }

  /** What is wrong with the command; empty when it succeeds. */
  static String output(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = process.waitFor();
      return status == 0 ? "" : "ended with " + status + " " + output;
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
