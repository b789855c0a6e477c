package dev.drover.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that moves all default ports. */
final class PortOffset {
  /** The highest default port is 50051, and 65535 is the highest there is. */
  private static final int MOST = 15_484;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  private int offset;

  @Option(
      names = "--port-offset",
      paramLabel = "N",
      defaultValue = "0",
      description = "Adds N, from 0 to 15484, to every default port.")
  void setOffset(int number) {
    if (number < 0 || number > MOST) {
      throw new ParameterException(
          spec.commandLine(),
          "Invalid value for option '--port-offset': "
              + number
              + " is not from 0 to "
              + MOST
              + "; the highest default port is 50051.");
    }
    offset = number;
  }

  /** Returns what is added to every default port. */
  int offset() {
    return offset;
  }

  /** Returns the address of a process of {@code ./drover up} by its default port. */
  String address(int standard) {
    return "http://127.0.0.1:" + (standard + offset);
  }
}
