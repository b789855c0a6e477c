package dev.drover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.cli.client.Central;
import dev.drover.cli.words.CliException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drover registrations}: which orchestrators wait to be let in, and whether they are. */
@Command(
    name = "registrations",
    description =
        "Shows and decides registrations that wait (central with registration.trust=approval).",
    mixinStandardHelpOptions = true)
final class RegistrationsCommand {
  private static final String REASON = "Why; it is kept in central's audit.";

  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      description = {
        "Shows the registrations of the last day, those that wait first.",
        "Compare the fingerprint of the key with the one that the mall's health and log show."
      },
      mixinStandardHelpOptions = true)
  int list(@Mixin CentralOptions options) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode found = central(options).get("/api/registrations").path("registrations");
    found.forEach(
        row ->
            out.printf(
                "%s  %s  %s/%s  from %s  key %s%n",
                row.path("registration_id").asText(),
                row.path("state").asText(),
                row.path("entity_id").asText(),
                row.path("orchestrator_id").asText(),
                row.path("address").asText(),
                row.path("key_id").asText()));
    if (found.isEmpty()) {
      out.println("No registration waits.");
    }
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "approve",
      description = "Lets an orchestrator in: its key is pinned, its next registration succeeds.",
      mixinStandardHelpOptions = true)
  int approve(
      @Mixin CentralOptions options,
      @Parameters(paramLabel = "ID", description = "From registrations list.") String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON) String reason)
      throws IOException, InterruptedException {
    return decide(options, id, "approve", reason);
  }

  @Command(
      name = "reject",
      description = "Refuses an orchestrator, and what it repeats.",
      mixinStandardHelpOptions = true)
  int reject(
      @Mixin CentralOptions options,
      @Parameters(paramLabel = "ID", description = "From registrations list.") String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON) String reason)
      throws IOException, InterruptedException {
    return decide(options, id, "reject", reason);
  }

  private int decide(CentralOptions options, String id, String decision, String reason)
      throws IOException, InterruptedException {
    if (!id.matches("[A-Za-z0-9-]{1,64}")) {
      throw new CliException(id + " is no id of a registration; see registrations list");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (reason != null) {
      body.put("reason", reason);
    }
    JsonNode row = central(options).post("/api/registrations/" + id + "/" + decision, body);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%s: %s/%s, key %s%n",
        row.path("state").asText(),
        row.path("entity_id").asText(),
        row.path("orchestrator_id").asText(),
        row.path("key_id").asText());
    out.flush();
    return ExitCode.OK;
  }

  private static Central central(CentralOptions options) {
    return new Central(options.address(), options.admin());
  }
}
