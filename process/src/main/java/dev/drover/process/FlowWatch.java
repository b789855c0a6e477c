package dev.drover.process;

import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.live.RouteSwap;
import dev.drover.flows.live.FlowFiles;
import dev.drover.flows.live.FlowHistory;
import dev.drover.flows.live.FlowProblem;
import dev.drover.flows.live.LiveFlows;
import dev.drover.flows.live.StartFlows;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.ConfigurableEnvironment;

/** Has the flows of the started process, and takes what people edit on disk. */
final class FlowWatch {
  private static final Logger LOG = LoggerFactory.getLogger("protocol");
  private static final String EDITED = "flows_edited";

  /** Its name among those that tell problems. */
  private static final String PART = "flows-on-disk";

  private final CamelContext camel;
  private final RouteSwap swap;
  private final Clock clock;
  private final ConfigurableEnvironment settings;
  private final Conditions conditions;
  private volatile LiveFlows flows;

  FlowWatch(
      CamelContext camel,
      RouteSwap swap,
      Clock clock,
      ConfigurableEnvironment settings,
      Conditions conditions) {
    this.camel = camel;
    this.swap = swap;
    this.clock = clock;
    this.settings = settings;
    this.conditions = conditions;
  }

  /**
   * The flows.
   *
   * @throws ProtocolException SERVICE_BUSY before the routes run
   */
  LiveFlows flows() {
    if (flows == null) {
      throw new ProtocolException(ErrorCode.SERVICE_BUSY, "The process is starting");
    }
    return flows;
  }

  /** Begins when the routes run. */
  void start() {
    Path home = BundleFlows.home(settings);
    Path routes = home.resolve("routes");
    Path directory = BundleFlows.directory(settings);
    StartFlows start = BundleFlows.ChosenFlows.of(settings);
    start.problems().forEach(problem -> tell("not in force: " + problem));
    flows =
        new LiveFlows(
            new FlowHistory(directory),
            new FlowFiles(routes, BundleFlows.folders(settings)),
            home,
            new SwappedRoutes(swap, camel, routes),
            clock,
            texts(start.files()),
            start.problems());
    StartFlows.started(directory);
    noteProblems();
    long millis =
        settings.getRequiredProperty("drover.flows.look-every", Duration.class).toMillis();
    if (millis > 0) {
      camel
          .getExecutorServiceManager()
          .newSingleThreadScheduledExecutor(this, "flows-watch")
          .scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    }
  }

  private static Map<String, String> texts(Map<String, Path> files) {
    Map<String, String> texts = new TreeMap<>();
    files.forEach(
        (name, file) -> {
          try {
            texts.put(name, Files.readString(file));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return texts;
  }

  private void look() {
    try {
      flows.look().forEach(FlowWatch::tell);
      noteProblems();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("event", EDITED).log("an edit of routes/ is not taken", e);
    }
  }

  /** Who asks the process how it is hears that what is on disk is not what runs. */
  private void noteProblems() {
    Optional<FlowProblem> first = flows.refused().stream().findFirst();
    if (first.isEmpty()) {
      conditions.well(PART);
      return;
    }
    conditions.fails(
        PART,
        ContractNet.CHECK,
        Severity.DEGRADED,
        "an edit in routes/ is not in force: " + first.get(),
        "mend the file, or put back what runs: ./drover flows show " + first.get().file());
  }

  private static void tell(String words) {
    LOG.atWarn().addKeyValue("event", EDITED).log(words);
  }
}
