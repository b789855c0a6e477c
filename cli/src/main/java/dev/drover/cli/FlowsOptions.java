package dev.drover.cli;

import dev.drover.cli.client.Central;
import dev.drover.cli.words.CliException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that talk to the management port of a process. */
final class FlowsOptions {
  private static final Map<String, Integer> PORTS =
      Map.of("central", 3900, "orchestrator", 8900, "simulator", 8901);

  @Option(
      names = "--of",
      paramLabel = "PROCESS",
      description =
          "central, orchestrator or simulator. Default: the folder of the file; orchestrator else.")
  private String process;

  @Option(
      names = "--management",
      paramLabel = "URL",
      description = "Its management port. Default: that of ./drover up, moved by --port-offset.")
  private URI management;

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

  /** The process that has this file; an empty name is none. */
  Central of(String file) {
    String folder = file.contains("/") ? file.substring(0, file.indexOf('/')) : "";
    String name = process != null ? process : PORTS.containsKey(folder) ? folder : "orchestrator";
    Integer port = PORTS.get(name);
    if (port == null) {
      throw new CliException(name + " is no process: central, orchestrator or simulator");
    }
    URI address = management == null ? URI.create(ports.address(port)) : management;
    String used = token == null ? LocalTokens.of(data).operator("*") : token;
    return new Central(name, URI.create(address.toString().replaceFirst("/+$", "")), used);
  }
}
