package dev.drover.cli;

import dev.drover.cli.client.Central;
import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that talk to a mall. */
final class MallOptions {
  /** The default port of a mall. */
  static final int PORT = 8081;

  @Option(
      names = "--mall",
      paramLabel = "URL",
      description = "The mall's address. Default: http://127.0.0.1:8081, moved by --port-offset.")
  private URI mall;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      converter = Converters.Token.class,
      description = "Token to use; by default one of role operator, made with the local key.")
  private String token;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory of central with its key. Default: .drover/central.")
  private Path data;

  @Mixin private PortOffset ports;

  /** Returns the mall's interface. */
  Central api() {
    String used = token == null ? LocalTokens.of(data).operator("*") : token;
    URI address = mall == null ? URI.create(ports.address(PORT)) : mall;
    return new Central("the mall", address, used);
  }
}
