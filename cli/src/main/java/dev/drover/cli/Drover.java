package dev.drover.cli;

import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The ./drover command. */
@Command(
    name = "drover",
    description = "Runs a central server and malls, and helps to work on their flows.",
    version = "drover 0.1.0-SNAPSHOT",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UpCommand.class,
      StatusCommand.class,
      DownCommand.class,
      LogsCommand.class,
      DoctorCommand.class,
      AloneCommand.CentralAlone.class,
      AloneCommand.OrchestratorAlone.class,
      AloneCommand.SimulatorAlone.class,
      TokenCommand.class,
      KeysCommand.class,
      RegistrationsCommand.class,
      EntityCommand.class,
      ResyncCommand.class,
      SyncCommand.class,
      UplinkCommand.class,
      SimCommand.class,
      EventsCommand.class,
      RoutesCommand.class,
      FlowsCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Drover implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }

  /** Returns the parser and runner of all commands. */
  static CommandLine commandLine() {
    return new CommandLine(new Drover())
        .registerConverter(URI.class, new Converters.Url())
        .registerConverter(Path.class, new Converters.FileName())
        .registerConverter(String.class, new Converters.Text())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(new ErrorReport());
  }

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }
}
