package dev.drover.cli;

import dev.drover.cli.client.Central;
import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of commands that talk to a mall. */
final class MallOptions {
  @Option(
      names = "--mall",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8081",
      description = "The mall's address. Default: ${DEFAULT-VALUE}.")
  private URI mall;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "Token to use; by default one of role operator, made with the local key.")
  private String token;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory of central with its key. Default: .drover/central.")
  private Path data;

  /** Returns the mall's interface. */
  Central api() {
    Path directory = data == null ? Home.directory().resolve(".drover/central") : data;
    String used =
        token == null ? new LocalTokens(LocalTokens.keys(directory)).operator("*") : token;
    return new Central("the mall", mall, used);
  }
}
