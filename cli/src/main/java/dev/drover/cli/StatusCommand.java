package dev.drover.cli;

import dev.drover.cli.run.HealthAnswer;
import dev.drover.cli.run.PidFile;
import dev.drover.cli.run.Service;
import dev.drover.cli.run.Services;
import dev.drover.cli.run.State;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code drover status}: what runs. */
@Command(
    name = "status",
    description = {
      "Shows which processes run and whether they work; below each what is wrong with it, since when,"
          + " and what to do.",
      "One that is degraded works on."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all run and work", "2:wrong usage", "3:some do not"},
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final int NOT_ALL = 3;

  @Spec private CommandSpec spec;
  @Mixin private StateOption stateOption;

  @Mixin private PortOffset ports;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    State state = stateOption.state();
    boolean all = true;
    Services services = new Services(Home.directory(), state, ports.offset(), System.getenv());
    for (Service service : services.all()) {
      PidFile file = new PidFile(state.pidFile(service.name()));
      Optional<ProcessHandle> process = file.process();
      String text;
      List<String> problems = List.of();
      if (process.isEmpty()) {
        all = false;
        text = file.isStale() ? "stopped (it ended without being asked)" : "stopped";
      } else {
        HealthAnswer answer = HealthAnswer.of(service.health());
        all &= answer.code() == 200;
        problems = answer.problems();
        text =
            String.format(
                "running  pid %d  up %s  %s  %s",
                process.get().pid(), uptime(process.get()), verdict(answer), service.address());
      }
      out.printf("%-12s %s%n", service.name(), text);
      problems.forEach(problem -> out.printf("%-12s %s%n", "", problem));
    }
    new LineState(services.simulator().address())
        .read()
        .ifPresent(line -> out.printf("%-12s %s%n", "line", line));
    out.flush();
    return all ? 0 : NOT_ALL;
  }

  private static String verdict(HealthAnswer answer) {
    return switch (answer.code()) {
      case 200 -> answer.word().isEmpty() ? "healthy" : answer.word();
      case -1 -> "does not answer";
      default -> "unhealthy (" + answer.code() + ")";
    };
  }

  private static String uptime(ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(start -> Duration.between(start, Clock.systemUTC().instant()).toSeconds())
        .map(s -> String.format("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60))
        .orElse("?");
  }
}
