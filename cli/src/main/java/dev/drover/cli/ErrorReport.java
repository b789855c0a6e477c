package dev.drover.cli;

import dev.drover.cli.words.CliException;
import dev.drover.cli.words.Words;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Tells people what went wrong in one line; the stack trace only with DROVER_TRACE. */
final class ErrorReport implements IExecutionExceptionHandler {

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult result) {
    String message = Words.of(e);
    line.getErr().println(line.getColorScheme().errorText("drover: " + message));
    if (System.getenv("DROVER_TRACE") != null) {
      e.printStackTrace(line.getErr());
    } else if (!(e instanceof CliException)) {
      line.getErr().println("Set DROVER_TRACE=1 to see where.");
    }
    line.getErr().flush();
    return ExitCode.SOFTWARE;
  }
}
