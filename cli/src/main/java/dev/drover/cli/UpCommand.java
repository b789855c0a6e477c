package dev.drover.cli;

import dev.drover.cli.client.Central;
import dev.drover.cli.client.EntityImport;
import dev.drover.cli.run.EventLine;
import dev.drover.cli.run.EventPrinter;
import dev.drover.cli.run.Launcher;
import dev.drover.cli.run.Ports;
import dev.drover.cli.run.Service;
import dev.drover.cli.run.Services;
import dev.drover.cli.run.State;
import dev.drover.cli.run.Supervisor;
import dev.drover.cli.words.CliException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drover up}: runs everything that a demonstration needs. */
@Command(
    name = "up",
    description = {
      "Runs central, a mall and a simulated mall, and shows what they say to each other.",
      "Kafka, Mongo and MQTT are embedded. The mall (mall-a-uuid) reaches central over a line that"
          + " ./drover sim cut-line cuts.",
      "A process that dies is started again, after a wait that grows up to a minute; not with"
          + " --detach. Ctrl-C stops everything."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:started (--detach)",
      "1:something did not start, or ended because a setting is wrong",
      "2:wrong usage",
      "130:stopped by Ctrl-C"
    },
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StateOption stateOption;

  @Option(names = "--detach", description = "Leaves everything running and returns.")
  private boolean detach;

  @Option(names = "--fresh", description = "Deletes the data of an earlier run first.")
  private boolean fresh;

  @Mixin private PortOffset ports;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    State state = stateOption.state();
    Services services = new Services(Home.directory(), state, ports.offset(), System.getenv());
    refuseWhenRunning(state);
    refuseWhenPortsAreTaken(services);
    Ports.lent(services.all()).ifPresent(out::println);
    if (fresh) {
      state.clear();
    }
    Supervisor supervisor = new Supervisor(state, new Launcher(state, Java.executable()), out);
    Thread hook = new Thread(() -> stop(supervisor, out), "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    EventLine format = new EventLine(ZoneId.systemDefault(), System.console() != null);
    try (EventPrinter events = new EventPrinter(state, format, out)) {
      if (!detach) {
        events.start();
      }
      if (!startAll(supervisor, services, state, out)) {
        supervisor.stopAll();
        return ExitCode.SOFTWARE;
      }
      summary(services, state, out);
      if (detach) {
        Runtime.getRuntime().removeShutdownHook(hook);
        out.println("Running in the background: ./drover status, ./drover logs, ./drover down");
        out.flush();
        return ExitCode.OK;
      }
      out.println("Ctrl-C stops everything. What happens:");
      out.flush();
      supervisor.keepRunning();
      supervisor.stopAll();
      return ExitCode.SOFTWARE;
    }
  }

  private static void refuseWhenRunning(State state) {
    Map<String, ProcessHandle> running = Supervisor.alreadyRunning(state);
    running.forEach(
        (name, process) -> {
          throw new CliException(
              name
                  + " already runs (pid "
                  + process.pid()
                  + "); see ./drover status, or stop it with ./drover down");
        });
  }

  private static void refuseWhenPortsAreTaken(Services services) {
    List<String> taken = Ports.taken(services.all());
    if (!taken.isEmpty()) {
      throw new CliException(
          "cannot start:\n  "
              + String.join("\n  ", taken)
              + "\nStop what uses them, or move all ports: ./drover up --port-offset 5000");
    }
  }

  private static boolean startAll(
      Supervisor supervisor, Services services, State state, PrintWriter out)
      throws IOException, InterruptedException {
    // the mall's line to central belongs to the simulator, so that is there before the mall is
    if (!supervisor.start(services.central(), services.simulator())) {
      return false;
    }
    // the mall listens before its data comes, so that the first event is seen to arrive
    if (!supervisor.start(services.orchestrator())) {
      return false;
    }
    importDemo(services, state, out);
    return true;
  }

  private static void importDemo(Services services, State state, PrintWriter out)
      throws IOException, InterruptedException {
    Path file = Home.directory().resolve("config/demo/mall-a.json");
    if (Files.exists(state.demoMark()) || !Files.exists(file)) {
      return;
    }
    try {
      Path keys = LocalTokens.keys(state.data("central"));
      Central central =
          new Central(services.central().address(), new LocalTokens(keys).operator("*"));
      EntityImport.Result result = new EntityImport(central).run(file);
      out.println("Imported the demo mall: " + result);
      Files.writeString(state.demoMark(), Instant.now() + "\n");
    } catch (CliException e) {
      out.println("The demo mall was not imported: " + e.getMessage());
    }
    out.flush();
  }

  private static void summary(Services services, State state, PrintWriter out) {
    out.println();
    for (Service service : services.all()) {
      out.printf("%-12s %s%n", service.name(), service.address());
      out.printf("%-12s   management %s%n", "", service.management());
      out.printf("%-12s   log        %s%n", "", state.log(service.name()));
    }
    out.println();
    out.flush();
  }

  private static void stop(Supervisor supervisor, PrintWriter out) {
    if (!supervisor.isStopping()) {
      out.println();
      out.println("Stopping …");
      out.flush();
      supervisor.stopAll();
    }
  }
}
