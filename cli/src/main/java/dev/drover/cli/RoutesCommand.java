package dev.drover.cli;

import dev.drover.cli.words.CliException;
import dev.drover.engine.disk.Directories;
import dev.drover.flows.Finding;
import dev.drover.flows.RouteFormat;
import dev.drover.flows.check.RouteCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.error.YAMLException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
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

  @Command(
      name = "format",
      description = {
        "Gives flow files the form of the house, after a graphical editor has written them.",
        "Each uri is put in one piece; comments and everything else stay. Prints what it changed."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:done", "1:a file is no YAML", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int format(
      @Parameters(
              paramLabel = "FILE",
              arity = "0..*",
              description = "Files; by default all of routes/.")
          List<Path> files)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    for (Path file : files == null ? all() : files) {
      String before = read(file);
      String after = formatted(file, before);
      if (!after.equals(before)) {
        replace(file, after);
        out.println("formatted " + file);
      }
    }
    out.flush();
    return ExitCode.OK;
  }

  /** The file is the former one or the new one, whenever this ends. */
  private static void replace(Path file, String text) throws IOException {
    Path whole = file.toAbsolutePath();
    Path fresh = whole.resolveSibling("." + whole.getFileName() + ".new");
    Files.copy(
        whole, fresh, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(fresh, text);
    Directories.syncFile(fresh);
    Files.move(fresh, whole, StandardCopyOption.ATOMIC_MOVE);
    Directories.syncNameOf(whole);
  }

  private static List<Path> all() throws IOException {
    try (Stream<Path> found = Files.walk(Home.directory().resolve("routes"))) {
      return found.filter(path -> path.toString().endsWith(".camel.yaml")).sorted().toList();
    }
  }

  private String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), file + " cannot be read; name a flow file.");
    }
  }

  private static String formatted(Path file, String text) {
    try {
      return RouteFormat.format(text);
    } catch (YAMLException e) {
      throw new CliException(file + " is no YAML: " + e.getMessage());
    }
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
