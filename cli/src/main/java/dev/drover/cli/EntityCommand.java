package dev.drover.cli;

import dev.drover.cli.client.Central;
import dev.drover.cli.client.EntityImport;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drover entity}: data of a mall at central. */
@Command(
    name = "entity",
    description = "Works on the data of an entity at central.",
    mixinStandardHelpOptions = true)
final class EntityCommand {
  @Spec private CommandSpec spec;

  @Command(
      name = "import",
      description = {
        "Creates the entity when central does not know it, and uploads its data.",
        "FILE is {\"entity\":{…},\"areas\":[…],\"beacons\":[…],\"merchants\":[…],"
            + "\"connections\":[…]}.",
        "Doing it again changes nothing."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:imported", "1:refused or not reached", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int importFile(
      @Parameters(paramLabel = "FILE", description = "JSON file.") Path file,
      @Mixin CentralOptions options)
      throws IOException, InterruptedException {
    if (!Files.isReadable(file)) {
      throw new ParameterException(spec.commandLine(), "Cannot read " + file + ".");
    }
    URI address = options.address();
    Central central = new Central(address, options.token("*"));
    EntityImport.Result result = new EntityImport(central).run(file);
    PrintWriter out = spec.commandLine().getOut();
    out.println("Imported to " + address + ": " + result);
    out.flush();
    return ExitCode.OK;
  }
}
