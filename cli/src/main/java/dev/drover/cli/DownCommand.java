package dev.drover.cli;

import dev.drover.cli.run.PidFile;
import dev.drover.cli.run.Services;
import dev.drover.cli.run.State;
import dev.drover.cli.run.Stopper;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code drover down}: stops what up has started. */
@Command(
    name = "down",
    description = "Stops what ./drover up has started; a process that hangs for 30 s is killed.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing runs any more", "2:wrong usage"},
    mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StateOption stateOption;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    State state = stateOption.state();
    Stopper stopper = new Stopper(Duration.ofSeconds(30));
    List<String> names = new ArrayList<>(Services.NAMES);
    Collections.reverse(names);
    for (String name : names) {
      PidFile file = new PidFile(state.pidFile(name));
      Optional<ProcessHandle> process = file.process();
      if (process.isPresent()) {
        boolean ended =
            stopper.stop(
                process.get(),
                List.of(state.log(name), state.console(name)),
                text -> {
                  out.printf("%-12s %s%n", name, text);
                  out.flush();
                });
        out.printf("%-12s %s%n", name, ended ? "stopped" : "killed: it hung for 30 s");
      } else {
        out.printf("%-12s did not run%n", name);
      }
      file.delete();
      out.flush();
    }
    return ExitCode.OK;
  }
}
