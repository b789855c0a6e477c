package dev.drover.cli;

import dev.drover.cli.client.EventTail;
import dev.drover.engine.sse.SseEvent;
import java.io.PrintWriter;
import java.net.URI;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drover events}: the event stream of a mall. */
@Command(
    name = "events",
    description = "Works on the event stream of an entity.",
    mixinStandardHelpOptions = true)
final class EventsCommand {
  @Spec private CommandSpec spec;

  @Command(
      name = "tail",
      description = {
        "Shows the events of an entity as central sends them, one line each.",
        "It connects again after every end of the stream and misses nothing. Ctrl-C ends it."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"1:refused by central", "2:wrong usage", "130:ended by Ctrl-C"},
      mixinStandardHelpOptions = true)
  int tail(
      @Option(
              names = "--entity",
              required = true,
              paramLabel = "ENTITY",
              converter = Converters.Id.class,
              description = "Id of the mall.")
          String entity,
      @Option(
              names = "--from",
              paramLabel = "CURSOR",
              converter = Converters.Token.class,
              description = "Event id after which to begin; by default with what comes now.")
          String from,
      @Option(names = "--pings", description = "Shows pings too.") boolean pings,
      @Mixin CentralOptions options)
      throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    URI address = URI.create(options.address() + "/api/orchestrators/events");
    new EventTail(address, entity, () -> options.token(entity), err)
        .run(
            from,
            event -> {
              if (pings || !event.type().equals("ping")) {
                out.println(line(event));
                out.flush();
              }
            });
    return ExitCode.OK;
  }

  private static String line(SseEvent event) {
    return String.format(
        "%s %-18s %-24s %s",
        LocalTime.now().truncatedTo(ChronoUnit.MILLIS), event.type(), event.id(), event.data());
  }
}
