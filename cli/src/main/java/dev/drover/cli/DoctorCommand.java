package dev.drover.cli;

import dev.drover.cli.words.CliException;
import dev.drover.engine.files.DataDirectory;
import dev.drover.engine.files.FileClass;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drover doctor}: why a process does not start, as its files show it. */
@Command(
    name = "doctor",
    description = {
      "Looks at the files of a central or a mall that does not start: what each is, whether it is"
          + " damaged, and what to do.",
      "It reads heads, small files, and each block of a central's document store; what only the"
          + " process can see is in its own last line."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing is known to be damaged, or all was repaired",
      "1:something is damaged or missing",
      "2:wrong usage"
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private StateOption stateOption;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Data directory (DROVER_DATA). Default: those of central and orchestrator below --state.")
  private Path data;

  @Option(
      names = "--repair",
      description =
          "Sets damaged copies aside, which are made or fetched again. Touches no identity and no"
              + " truth, and deletes nothing.")
  private boolean repair;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<Path> directories =
        data == null
            ? List.of(stateOption.state().data("central"), stateOption.state().data("orchestrator"))
            : List.of(data);
    boolean found = false;
    boolean sound = true;
    for (Path path : directories) {
      Optional<DataDirectory> directory = DataDirectory.at(path, Clock.systemUTC());
      if (directory.isPresent()) {
        found = true;
        out.printf("%s in %s%n", directory.get().process(), path);
        sound &= look(directory.get(), out);
      }
    }
    out.flush();
    if (!found) {
      throw new CliException(
          "no central and no mall has its data in "
              + String.join(" or ", directories.stream().map(Path::toString).toList())
              + "; name its directory with --data");
    }
    return sound ? 0 : 1;
  }

  private static String sound(DataDirectory.Finding finding) {
    if (!finding.there()) {
      return "not there";
    }
    String fine = finding.looked().map(how -> "fine: " + how).orElse("fine");
    if (finding.file().version() == 0) {
      return fine;
    }
    return finding.version().isPresent()
        ? fine + ", schema version " + finding.version().getAsInt()
        : fine + ", without a schema version: the next start writes it";
  }

  private static String consequence(DataDirectory.Finding finding) {
    boolean kept = finding.newer() && finding.file().fileClass() == FileClass.TRUTH;
    return kept
        ? "the start is refused"
        : finding.file().damaged() + ". " + finding.file().remedy();
  }

  private boolean look(DataDirectory directory, PrintWriter out) {
    if (directory.inUse()) {
      if (repair) {
        throw new CliException("it runs: stop it first, nothing is repaired under a process");
      }
      out.println("  it runs; its files change while they are read");
    }
    boolean sound = true;
    for (DataDirectory.Finding finding : directory.look()) {
      Optional<String> fault = finding.fault();
      String state = fault.orElseGet(() -> sound(finding));
      out.printf(
          "  %-26s %-9s %s%n", finding.file().path(), finding.file().fileClass().word(), state);
      if (fault.isPresent()) {
        Optional<Path> aside = repair ? directory.repair(finding) : Optional.empty();
        sound &= aside.isPresent();
        out.printf(
            "  %-26s %s%n",
            "", aside.map(path -> "set aside: " + path).orElseGet(() -> consequence(finding)));
      }
    }
    return sound;
  }
}
