package dev.drover.cli;

import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drover token}: prints a token of the local central. */
@Command(
    name = "token",
    description = {
      "Prints a token that is signed with the key of the local central, and nothing else.",
      "Example: curl -H \"Authorization: Bearer $(./drover token --role operator --entity '*')\" …"
    },
    mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--role",
      required = true,
      paramLabel = "ROLE",
      description = "One of ${COMPLETION-CANDIDATES}; in lower case too.")
  private Role role;

  @Option(
      names = "--entity",
      required = true,
      paramLabel = "ENTITY",
      converter = Converters.Entity.class,
      description = "Id of the mall; '*' for all (mobile, operator, admin).")
  private String entity;

  @Option(
      names = "--subject",
      paramLabel = "S",
      converter = Converters.Id.class,
      description = "Who holds the token. Default: the orchestrator's id, else drover-<role>.")
  private String subject;

  @Option(
      names = "--orchestrator",
      paramLabel = "ID",
      converter = Converters.Id.class,
      description = "Orchestrator that the token is bound to.")
  private String orchestrator;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      defaultValue = "12h",
      converter = Lifetime.class,
      description = "How long it lives: 15m, 12h, 7d. Default: ${DEFAULT-VALUE}.")
  private Duration lifetime;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory of central. Default: .drover/central in the repository.")
  private Path data;

  @Option(names = "--new-key", description = "Makes the key when no central has made it there yet.")
  private boolean newKey;

  @Override
  public Integer call() {
    if (role == Role.ORCHESTRATOR && orchestrator == null && subject == null) {
      throw new ParameterException(
          spec.commandLine(), "The role orchestrator needs --orchestrator ID.");
    }
    String holder = subject;
    if (holder == null) {
      holder = orchestrator == null ? "drover-" + role.wire() : orchestrator;
    }
    Grant grant;
    try {
      grant = new Grant(holder, role, entity, Optional.ofNullable(orchestrator));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage() + ".");
    }
    Path directory = data == null ? Home.directory().resolve(".drover/central") : data;
    String token = new LocalTokens(LocalTokens.keys(directory), newKey).issue(grant, lifetime);
    spec.commandLine().getOut().println(token);
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
