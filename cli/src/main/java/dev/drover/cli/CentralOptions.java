package dev.drover.cli;

import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of commands that talk to a central. */
final class CentralOptions {
  @Option(
      names = "--central",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:3000",
      description = "Central's address. Default: ${DEFAULT-VALUE}.")
  private URI central;

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

  /** Returns the address without a slash at its end. */
  URI address() {
    return URI.create(central.toString().replaceFirst("/+$", ""));
  }

  /** Returns the given token, or one of role operator for the entity. */
  String token(String entity) {
    if (token != null) {
      return token;
    }
    Path directory = data == null ? Home.directory().resolve(".drover/central") : data;
    return new LocalTokens(LocalTokens.keys(directory)).operator(entity);
  }
}
