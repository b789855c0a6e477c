package dev.drover.cli;

import dev.drover.cli.run.UnpackedJar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code drover central}, {@code drover orchestrator} and {@code drover simulator}: one process in
 * the foreground. The script ./drover replaces itself by that process; this class does the same job
 * as a parent when the jar is run directly, and documents the commands.
 */
final class AloneCommand {
  private static final String ARGUMENTS = "Handed to the process, such as --server.port=0.";

  private AloneCommand() {}

  /** {@code drover central}. */
  @Command(
      name = "central",
      description = {
        "Runs central alone in the foreground.",
        "Its settings are environment variables, such as DROVER_DATA, DROVER_PORT, KAFKA_BROKERS"
            + " and DATABASE_URL: docs/reference/configuration.md."
      },
      mixinStandardHelpOptions = true)
  static final class CentralAlone implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "ARGUMENT", description = ARGUMENTS)
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
      return run("central", arguments);
    }
  }

  /** {@code drover orchestrator}. */
  @Command(
      name = "orchestrator",
      description = {
        "Runs an orchestrator alone in the foreground.",
        "Its settings are environment variables, such as CENTRAL_SERVER_URL, ENTITY_ID,"
            + " ORCHESTRATOR_ID and DROVER_DATA: docs/reference/configuration.md."
      },
      mixinStandardHelpOptions = true)
  static final class OrchestratorAlone implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "ARGUMENT", description = ARGUMENTS)
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
      return run("orchestrator", arguments);
    }
  }

  /** {@code drover simulator}. */
  @Command(
      name = "simulator",
      description = {
        "Runs a simulated mall alone in the foreground: beacons, an operator, a line to cut.",
        "Its settings are environment variables, such as CENTRAL_SERVER_URL, ORCHESTRATOR_URL,"
            + " ENTITY_ID and DROVER_DATA: docs/reference/configuration.md."
      },
      mixinStandardHelpOptions = true)
  static final class SimulatorAlone implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "ARGUMENT", description = ARGUMENTS)
    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
      return run("simulator", arguments);
    }
  }

  private static int run(String module, List<String> arguments)
      throws IOException, InterruptedException {
    Path home = Home.directory();
    List<String> command = new ArrayList<>();
    command.add(Java.executable());
    command.add("@" + home.resolve("config/jvm/" + module + ".options"));
    Path jar = home.resolve(module + "/target/drover-" + module + ".jar");
    command.addAll(UnpackedJar.of(Java.executable(), jar).arguments(false));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    Map<String, String> environment = builder.environment();
    environment.putIfAbsent("DROVER_HOME", home.toString());
    environment.putIfAbsent("DROVER_DATA", home.resolve(".drover").resolve(module).toString());
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop"));
    return process.waitFor();
  }
}
