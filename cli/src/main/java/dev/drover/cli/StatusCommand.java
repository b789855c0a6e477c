package dev.drover.cli;

import dev.drover.cli.run.HealthAnswer;
import dev.drover.cli.run.PidFile;
import dev.drover.cli.run.Service;
import dev.drover.cli.run.Services;
import dev.drover.cli.run.State;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
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
    exitCodeList = {
      "0:all run and work; where ./drover up was not used, what runs works",
      "2:wrong usage",
      "3:some do not, or none runs"
    },
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
    boolean some = false;
    Services services = new Services(Home.directory(), state, ports.offset(), System.getenv());
    boolean up = services.all().stream().anyMatch(one -> Files.exists(state.pidFile(one.name())));
    for (Service service : services.all()) {
      PidFile file = new PidFile(state.pidFile(service.name()));
      Optional<ProcessHandle> process = file.process();
      HealthAnswer answer = HealthAnswer.of(service.health());
      // one alone, as ./drover central runs it, has no pid file
      boolean runs = process.isPresent() || (answer.code() != -1 && !file.isStale());
      // what nobody has started with ./drover up may be somewhere else
      all &= runs ? answer.code() == 200 : !up;
      some |= runs;
      String how =
          process.map(one -> "pid %d  up %s".formatted(one.pid(), uptime(one))).orElse("alone");
      String stopped = file.isStale() ? "stopped (it ended without being asked)" : "stopped";
      out.printf(
          "%-12s %s%n",
          service.name(),
          runs
              ? "running  %s  %s  %s".formatted(how, verdict(answer), service.address())
              : stopped);
      if (runs) {
        answer.problems().forEach(problem -> out.printf("%-12s %s%n", "", problem));
      }
    }
    new LineState(services.simulator().address())
        .read()
        .ifPresent(line -> out.printf("%-12s %s%n", "line", line));
    out.flush();
    return all && some ? 0 : NOT_ALL;
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
