package dev.drover.cli;

import dev.drover.flows.Finding;
import dev.drover.flows.RouteCheck;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drover routes}: work on the flows. */
@Command(
    name = "routes",
    description = "Works on the flows in routes/ and kamelets/.",
    mixinStandardHelpOptions = true)
final class RoutesCommand {
  @Spec private CommandSpec spec;

  @Command(
      name = "check",
      description = {
        "Checks all flows against the rules of the house.",
        "Prints one line per finding, <file>:<line>: <what to write instead>."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:nothing found", "1:something found", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int check(
      @Option(
              names = "--home",
              paramLabel = "DIR",
              description = "Repository; by default the one this command belongs to.")
          Path home,
      @Option(names = "--routes", paramLabel = "DIR", description = "Default: <home>/routes.")
          Path routes,
      @Option(names = "--kamelets", paramLabel = "DIR", description = "Default: <home>/kamelets.")
          Path kamelets) {
    long start = System.nanoTime();
    Path repository = home == null ? Home.directory() : home;
    Path flows = routes == null ? repository.resolve("routes") : routes;
    Path templates = kamelets == null ? repository.resolve("kamelets") : kamelets;
    requireDirectory(flows, "--routes");
    // a repository need not have Kamelets, but what is named must be there
    if (kamelets != null || Files.exists(templates)) {
      requireDirectory(templates, "--kamelets");
    }
    List<Finding> findings = new RouteCheck().check(repository, flows, templates);
    PrintWriter out = spec.commandLine().getOut();
    findings.forEach(out::println);
    double seconds = (System.nanoTime() - start) / 1e9;
    out.printf(
        "%s in %s (%.1f s)%n",
        findings.isEmpty() ? "No findings" : findings.size() + " findings", flows, seconds);
    out.flush();
    return findings.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void requireDirectory(Path directory, String option) {
    if (!Files.isDirectory(directory)) {
      String why = Files.exists(directory) ? " is a file" : " does not exist";
      throw new ParameterException(
          spec.commandLine(),
          directory + why + "; name a directory with " + option + " or --home.");
    }
  }
}
