package dev.drover.cli;

import dev.drover.cli.client.Central;
import dev.drover.cli.client.EntityDiff;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drover entity}: data of a mall. */
@Command(
    name = "entity",
    description = "Works on the data of an entity.",
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
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      String why = Files.isDirectory(file) ? " is a directory" : " cannot be read";
      throw new ParameterException(spec.commandLine(), file + why + "; name a JSON file.");
    }
    URI address = options.address();
    Central central = new Central(address, options.token("*"));
    EntityImport.Result result = new EntityImport(central).run(file);
    PrintWriter out = spec.commandLine().getOut();
    out.println("Imported to " + address + ": " + result);
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "diff",
      description = {
        "Shows where a mall's data and central's differ, reading only what differs.",
        "First the roots, then the buckets of the collections that differ, then the items of the"
            + " buckets that differ. ~ differs, + is only at central, - is only at the mall."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:the same", "1:different, refused or not reached", "2:wrong usage"},
      mixinStandardHelpOptions = true)
  int diff(
      @Option(
              names = "--entity",
              required = true,
              paramLabel = "ENTITY",
              converter = Converters.Id.class,
              description = "Id of the mall.")
          String entity,
      @Option(
              names = "--mall",
              paramLabel = "URL",
              description =
                  "The mall's address. Default: http://127.0.0.1:8081, moved by --port-offset.")
          URI mall,
      @Mixin CentralOptions options)
      throws IOException, InterruptedException {
    String token = options.token(entity);
    Central central = new Central(options.address(), token);
    URI where = mall == null ? options.mall() : mall;
    EntityDiff diff = new EntityDiff(entity, central, new Central("the mall", where, token));
    PrintWriter out = spec.commandLine().getOut();
    boolean same = diff.run(out::println);
    out.flush();
    return same ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
