package dev.drover.cli;

import java.net.URI;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that talk to a central. */
final class CentralOptions {
  private static final int PORT = 3000;

  @Option(
      names = "--central",
      paramLabel = "URL",
      description = "Central's address. Default: http://127.0.0.1:3000, moved by --port-offset.")
  private URI central;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      converter = Converters.Token.class,
      description =
          "Token to use; by default one made with the local key, of role operator, or admin for keys.")
  private String token;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory of central with its key. Default: .drover/central.")
  private Path data;

  @Mixin private PortOffset ports;

  /** Returns the address without a slash at its end. */
  URI address() {
    String address = central == null ? ports.address(PORT) : central.toString();
    return URI.create(address.replaceFirst("/+$", ""));
  }

  /** Returns the address of the mall of {@code ./drover up}. */
  URI mall() {
    return URI.create(ports.address(MallOptions.PORT));
  }

  /** Returns the given token, or one of role operator for the entity. */
  String token(String entity) {
    return token != null ? token : LocalTokens.of(data).operator(entity);
  }

  /** Returns the given token, or one of role admin. */
  String admin() {
    if (token != null) {
      return token;
    }
    Path directory = data == null ? Home.directory().resolve(".drover/central") : data;
    return new LocalTokens(LocalTokens.keys(directory)).admin();
  }
}
