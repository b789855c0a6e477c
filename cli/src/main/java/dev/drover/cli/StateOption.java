package dev.drover.cli;

import dev.drover.cli.run.State;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that names the directory of data, logs and pid files. */
final class StateOption {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Directory of data, logs and pid files. Default: .drover in the repository.")
  private Path directory;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Returns the directory that was named, or the default one. */
  State state() {
    Path chosen = directory == null ? Home.directory().resolve(".drover") : directory;
    if (Files.exists(chosen) && !Files.isDirectory(chosen)) {
      throw new ParameterException(
          spec.commandLine(), chosen + " is a file; name a directory with --state.");
    }
    return new State(chosen.toAbsolutePath().normalize());
  }
}
