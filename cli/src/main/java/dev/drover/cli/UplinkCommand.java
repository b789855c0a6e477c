package dev.drover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.drover.cli.client.Central;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drover uplink}: what became of a mall's writes to central. */
@Command(
    name = "uplink",
    description = "Looks at the writes of a mall to central, and at those that central refused.",
    mixinStandardHelpOptions = true)
final class UplinkCommand {
  private static final String LINE = "%-5s %-7s %-18s %-16s %-24s %-5s %s%n";
  private static final String PARKED = "/api/uplink/parked";

  @Spec private CommandSpec spec;

  @Command(
      name = "ledger",
      description = {
        "Shows how many writes the mall accepted and what became of them.",
        "accepted = stored + duplicate + parked + superseded + pending, and gap is 0."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:everything is accounted for",
        "1:something is missing, or the mall refused or was not reached",
        "2:wrong usage"
      },
      mixinStandardHelpOptions = true)
  int ledger(@Mixin MallOptions options) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode ledger = options.api().get("/api/uplink/ledger");
    for (String name :
        List.of("accepted", "stored", "duplicate", "parked", "superseded", "pending", "gap")) {
      out.printf("%-11s %s%n", name, ledger.path(name).asText());
    }
    boolean balanced = ledger.path("balanced").asBoolean();
    out.println(
        balanced ? "Everything is accounted for." : "Writes are missing: see the mall's log.");
    out.flush();
    return balanced ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  @Command(
      name = "parked",
      description = "Lists the writes that central refused, with the reason.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:listed", "1:refused by the mall, or not reached", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int parked(@Mixin MallOptions options) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    List<JsonNode> list = parked(options.api());
    if (list.isEmpty()) {
      out.println("Nothing is parked");
    } else {
      out.printf(LINE, "id", "seq", "type", "key", "parked", "tries", "reason");
      list.forEach(
          item ->
              out.printf(
                  LINE,
                  item.path("id").asText(),
                  item.path("seq").asText("-"),
                  item.path("type").asText(),
                  item.path("key").asText(),
                  item.path("parked_at").asText(),
                  item.path("tries").asText(),
                  item.path("reason").asText()));
    }
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "replay",
      description = "Sends parked writes to central again.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:on their way", "1:refused by the mall, or not reached", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int replay(
      @Mixin MallOptions options,
      @Parameters(arity = "0..*", paramLabel = "ID", description = "Which ones.") List<Long> ids,
      @Option(names = "--all", description = "All that have a number.") boolean all)
      throws IOException, InterruptedException {
    if (all == (ids != null)) {
      throw new ParameterException(spec.commandLine(), "Name the ids of parked writes, or --all.");
    }
    Central mall = options.api();
    int sent = 0;
    if (all) {
      for (JsonNode item : parked(mall)) {
        if (item.hasNonNull("seq")) {
          replay(mall, item.path("id").asLong());
          sent++;
        }
      }
    } else {
      for (long id : ids) {
        replay(mall, id);
        sent++;
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(sent + " on their way again");
    out.flush();
    return ExitCode.OK;
  }

  /** All of them: the mall gives them page by page. */
  private static List<JsonNode> parked(Central mall) throws IOException, InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    JsonNode page = mall.get(PARKED);
    while (!page.isEmpty()) {
      page.forEach(all::add);
      page = mall.get(PARKED + "?after=" + page.get(page.size() - 1).path("id").asLong());
    }
    return all;
  }

  private static void replay(Central mall, long id) throws IOException, InterruptedException {
    mall.post(PARKED + "/" + id + "/replay", JsonNodeFactory.instance.objectNode());
  }
}
