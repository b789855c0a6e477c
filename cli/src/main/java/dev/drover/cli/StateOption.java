package dev.drover.cli;

import dev.drover.cli.run.State;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the directory of data, logs and pid files. */
final class StateOption {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Directory of data, logs and pid files. Default: .drover in the repository.")
  private Path directory;

  /** Returns the directory that was named, or the default one. */
  State state() {
    Path chosen = directory == null ? Home.directory().resolve(".drover") : directory;
    return new State(chosen.toAbsolutePath().normalize());
  }
}
