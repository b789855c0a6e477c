package dev.drover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.cli.client.Central;
import dev.drover.cli.words.CliException;
import dev.drover.cli.words.LineDifference;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drover flows}: the flows of a running process, and how they are changed. */
@Command(
    name = "flows",
    description = {
      "Shows and changes the flows of a running process.",
      "Files are named as below routes/, for example orchestrator/04-heartbeat.camel.yaml."
    },
    mixinStandardHelpOptions = true)
final class FlowsCommand {
  private static final String FILE =
      "Below routes/, for example orchestrator/04-heartbeat.camel.yaml.";
  private static final String FROM =
      "Where the text is. Default: the file of this name in routes/.";
  private static final String WHY = "Why; it is kept in the history.";

  @Spec private CommandSpec spec;

  @Command(
      name = "list",
      description = "Shows what is in force, and what is wrong with edits on disk.",
      mixinStandardHelpOptions = true)
  int list(@Mixin FlowsOptions options) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode files = options.of("").get("/flows").path("files");
    for (JsonNode file : files) {
      out.printf(
          "%-48s version %-4d %s  %d routes%n",
          file.path("file").asText(),
          file.path("version").asLong(),
          file.path("hash").asText().substring(0, 12),
          file.path("routes").size());
      file.path("problems").forEach(problem -> out.println("  not in force: " + words(problem)));
    }
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "show",
      description = "Prints the text of a file in force.",
      mixinStandardHelpOptions = true)
  int show(
      @Mixin FlowsOptions options, @Parameters(paramLabel = "FILE", description = FILE) String file)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    out.print(options.of(file).get("/flows/" + file).path("text").asText());
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "diff",
      description = "Shows how a text differs from what is in force.",
      mixinStandardHelpOptions = true)
  int diff(
      @Mixin FlowsOptions options,
      @Parameters(paramLabel = "FILE", description = FILE) String file,
      @Option(names = "--from", paramLabel = "PATH", description = FROM) Path from)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    String now = options.of(file).get("/flows/" + file).path("text").asText();
    List<String> lines = LineDifference.of(now, text(file, from));
    out.println(lines.isEmpty() ? "Nothing differs." : String.join("\n", lines));
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "check",
      description = "Tells what would be wrong with a text in place of what is in force.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:nothing", "1:something", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int check(
      @Mixin FlowsOptions options,
      @Parameters(paramLabel = "FILE", description = FILE) String file,
      @Option(names = "--from", paramLabel = "PATH", description = FROM) Path from)
      throws IOException, InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("files").put(file, text(file, from));
    JsonNode problems = options.of(file).post("/flows/check", body).path("problems");
    PrintWriter out = spec.commandLine().getOut();
    problems.forEach(problem -> out.println(words(problem)));
    out.println(problems.isEmpty() ? "No problems." : problems.size() + " problems.");
    out.flush();
    return problems.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  @Command(
      name = "apply",
      description = "Puts a text in force, on disk too. What is refused changes nothing.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:in force", "1:refused", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int apply(
      @Mixin FlowsOptions options,
      @Parameters(paramLabel = "FILE", description = FILE) String file,
      @Option(names = "--from", paramLabel = "PATH", description = FROM) Path from,
      @Option(names = "--why", paramLabel = "TEXT", description = WHY) String why)
      throws IOException, InterruptedException {
    Central process = options.of(file);
    String text = text(file, from);
    String hash = "";
    for (JsonNode known : process.get("/flows").path("files")) {
      hash = known.path("file").asText().equals(file) ? known.path("hash").asText() : hash;
    }
    String query = why == null ? "" : "?why=" + URLEncoder.encode(why, StandardCharsets.UTF_8);
    return told(process.put("/flows/" + file + query, text, hash));
  }

  @Command(
      name = "history",
      description = "Shows who changed what, and when; the newest last.",
      mixinStandardHelpOptions = true)
  int history(@Mixin FlowsOptions options) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    for (JsonNode version : options.of("").get("/flows/history").path("versions")) {
      JsonNode files = version.path("files");
      out.printf(
          "%4d  %s  %s  %s  %s%n",
          version.path("version").asLong(),
          version.path("at").asText(),
          version.path("who").asText(),
          files.size() == 1 ? files.fieldNames().next() : files.size() + " files",
          version.path("why").asText());
    }
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "rollback",
      description = "Puts in force what was with an earlier version.",
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:in force", "1:refused", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int rollback(
      @Mixin FlowsOptions options,
      @Parameters(paramLabel = "VERSION", description = "From flows history.") int version,
      @Option(names = "--why", paramLabel = "TEXT", description = WHY) String why)
      throws IOException, InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("version", version);
    if (why != null) {
      body.put("why", why);
    }
    return told(options.of("").ask("/flows/rollback", body));
  }

  private int told(Central.Answer answer) {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode body = answer.body();
    if (answer.status() == 200) {
      out.printf(
          "version %d is in force after %d ms; no route paused longer than %d ms%n",
          body.path("version").asLong(),
          body.path("in_force_ms").asLong(),
          body.path("pause_ms").asLong());
      out.flush();
      return ExitCode.OK;
    }
    JsonNode error = body.path("error");
    out.println("refused: " + error.path("message").asText("status " + answer.status()));
    error.path("details").path("problems").forEach(problem -> out.println("  " + words(problem)));
    out.flush();
    return ExitCode.SOFTWARE;
  }

  private static String words(JsonNode problem) {
    String instead = problem.path("instead").asText();
    return "%s:%d:%d: %s%s"
        .formatted(
            problem.path("file").asText(),
            problem.path("line").asInt(),
            problem.path("column").asInt(),
            problem.path("problem").asText(),
            instead.isEmpty() ? "" : "; " + instead);
  }

  private static String text(String file, Path from) {
    Path path = from == null ? Home.directory().resolve("routes").resolve(file) : from;
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new CliException(path + " cannot be read; name a flow file");
    }
  }
}
