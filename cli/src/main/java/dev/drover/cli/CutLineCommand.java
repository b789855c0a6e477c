package dev.drover.cli;

import dev.drover.cli.client.Central;
import dev.drover.cli.run.Services;
import dev.drover.cli.run.State;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drover sim cut-line}: the mall without central for a while, and how it catches up. */
@Command(
    name = "cut-line",
    description = {
      "Cuts the line between the mall of ./drover up and central, and shows how it catches up.",
      "The line comes back by itself; cut it again to set a new end. Ctrl-C ends only the"
          + " watching."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:caught up and nothing lost; or cut (--detach)",
      "1:something is missing, or a process does not answer",
      "2:wrong usage",
      "130:Ctrl-C"
    },
    mixinStandardHelpOptions = true)
final class CutLineCommand implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofDays(1);

  @Spec private CommandSpec spec;
  @Mixin private StateOption stateOption;

  @Parameters(
      paramLabel = "TIME",
      converter = Lifetime.class,
      description = "For how long, at most 24h: 60s, 15m, 1h.")
  private Duration time;

  @Option(names = "--detach", description = "Cuts the line and returns.")
  private boolean detach;

  @Mixin private PortOffset ports;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (time.compareTo(LONGEST) > 0) {
      throw new ParameterException(spec.commandLine(), "The line can be cut for 24h at most.");
    }
    PrintWriter out = spec.commandLine().getOut();
    State state = stateOption.state();
    Services services = new Services(Home.directory(), state, ports.offset(), System.getenv());
    LineState line = new LineState(services.simulator().address());
    if (detach) {
      line.cut(time.toSeconds());
      out.println("line cut for " + time.toSeconds() + " s; see ./drover status");
      out.flush();
      return ExitCode.OK;
    }
    String token = new LocalTokens(LocalTokens.keys(state.data("central"))).operator("*");
    Central mall = new Central("the mall", services.orchestrator().address(), token);
    CutWatch watch = new CutWatch(mall, line, out, System.console() != null);
    watch.look();
    line.cut(time.toSeconds());
    Thread hook = new Thread(watch::leave, "leave");
    Runtime.getRuntime().addShutdownHook(hook);
    boolean balanced = watch.untilCaughtUp();
    Runtime.getRuntime().removeShutdownHook(hook);
    return balanced ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
