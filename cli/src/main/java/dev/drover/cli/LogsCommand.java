package dev.drover.cli;

import dev.drover.cli.run.EventLine;
import dev.drover.cli.run.LastLines;
import dev.drover.cli.run.LogFollower;
import dev.drover.cli.run.Services;
import dev.drover.cli.run.State;
import dev.drover.cli.words.CliException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drover logs}: shows the logs of the processes. */
@Command(
    name = "logs",
    description = "Shows the last lines of the logs in readable form.",
    mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StateOption stateOption;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROCESS",
      description = "central, orchestrator or simulator; all when left out.")
  private String process;

  @Option(
      names = {"-f", "--follow"},
      description = "Goes on with what is logged from now on.")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "50",
      description = "Lines of each log. Default: ${DEFAULT-VALUE}.")
  private int lines;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (process != null && !Services.NAMES.contains(process)) {
      throw new ParameterException(
          spec.commandLine(), "No process " + process + "; write one of " + Services.NAMES + ".");
    }
    if (lines < 0) {
      throw new ParameterException(spec.commandLine(), "-n takes 0 or more, not " + lines + ".");
    }
    PrintWriter out = spec.commandLine().getOut();
    EventLine format = new EventLine(ZoneId.systemDefault(), System.console() != null);
    State state = stateOption.state();
    List<LogFollower> followers = new ArrayList<>();
    boolean found = false;
    for (String name : process == null ? Services.NAMES : List.of(process)) {
      Path file = state.log(name);
      found |= Files.exists(file);
      long end = Files.exists(file) ? Files.size(file) : 0;
      LastLines.of(file, lines).forEach(line -> out.println(format.any(name, line)));
      followers.add(new LogFollower(file, end, line -> out.println(format.any(name, line))));
    }
    out.flush();
    if (!found && !follow) {
      throw new CliException("no logs in " + state.directory() + "; start with ./drover up");
    }
    while (follow) {
      for (LogFollower follower : followers) {
        follower.poll();
      }
      out.flush();
      TimeUnit.MILLISECONDS.sleep(200);
    }
    return ExitCode.OK;
  }
}
