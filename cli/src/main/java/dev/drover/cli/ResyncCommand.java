package dev.drover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.drover.cli.client.Central;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drover resync}: a mall fetches its data anew. */
@Command(
    name = "resync",
    description = {
      "Makes a mall fetch all of its data anew.",
      "The mall works on with what it has until the new data is complete and right. The wish"
          + " survives a restart of the mall."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:accepted, or done with --wait",
      "1:refused by the mall, or the mall is not there",
      "2:wrong usage"
    },
    mixinStandardHelpOptions = true)
final class ResyncCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private MallOptions options;

  @Option(names = "--wait", description = "Ends when the new data is in place.")
  private boolean wait;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Central mall = options.api();
    PrintWriter out = spec.commandLine().getOut();
    mall.post("/api/orchestrator/resync", JsonNodeFactory.instance.objectNode());
    out.println("The mall fetches its data anew as soon as central is there.");
    out.flush();
    if (wait) {
      JsonNode state = mall.get("/api/orchestrator/state");
      while (!state.path("resync_needed").isNull()) {
        TimeUnit.MILLISECONDS.sleep(200);
        state = mall.get("/api/orchestrator/state");
      }
      JsonNode sync = state.path("sync");
      out.printf(
          "Done: change %s, %s%n", sync.path("cursor").asText(), sync.path("checksum").asText());
      out.flush();
    }
    return ExitCode.OK;
  }
}
