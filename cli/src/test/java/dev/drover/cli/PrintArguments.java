package dev.drover.cli;

/** Stands for the CLI in tests of the script: prints its home and its arguments. */
public final class PrintArguments {

  private PrintArguments() {}

  public static void main(String[] args) {
    System.out.println(System.getenv("DROVER_HOME") + " " + String.join("|", args));
    if (args.length > 0 && args[0].equals("fail")) {
      System.exit(7);
    }
  }
}
