package dev.drover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code drover sync}: what became of the data sync of a mall. */
@Command(
    name = "sync",
    description = "Looks at the data sync of a mall.",
    mixinStandardHelpOptions = true)
final class SyncCommand {
  private static final String LINE = "%-5s %-24s %-10s %-24s %-8s %-8s %s%n";

  @Spec private CommandSpec spec;

  @Command(
      name = "conflicts",
      description = {
        "Lists the edits made at a mall that central did not take.",
        "Another change won, or central refused them."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:listed", "1:refused by the mall, or not reached", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int conflicts(@Mixin MallOptions options) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode list = options.api().get("/api/sync/conflicts");
    if (list.isEmpty()) {
      out.println("No conflicts");
    } else {
      out.printf(LINE, "id", "at", "edit", "item", "base", "seq", "lost against");
      list.forEach(conflict -> print(out, conflict));
    }
    out.flush();
    return ExitCode.OK;
  }

  private static void print(PrintWriter out, JsonNode conflict) {
    boolean refused = conflict.hasNonNull("error");
    JsonNode winning = conflict.path("winning");
    out.printf(
        LINE,
        conflict.path("id").asText(),
        conflict.path("at").asText(),
        conflict.path("operation").asText(),
        conflict.path("type").asText() + "/" + conflict.path("item_id").asText(),
        conflict.path("base_seq").asText(),
        conflict.hasNonNull("seq") ? conflict.path("seq").asText() : "-",
        refused
            ? conflict.path("error").asText()
            : winning.isObject() ? winning.toString() : "its deletion");
  }
}
