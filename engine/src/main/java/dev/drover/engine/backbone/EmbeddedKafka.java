package dev.drover.engine.backbone;

import dev.drover.engine.disk.Directories;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.start.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event log as a supervised child process: started, watched, restarted when it dies, and never
 * left behind. A disk fault halts the broker's JVM, which must not be ours.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(200);
  private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(5);
  private static final Duration STEADY = Duration.ofSeconds(30);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

  /** A child that ends so often while it starts is not a slow one. */
  private static final int MOST_ENDS = 4;

  private static final Duration LOOK = Duration.ofSeconds(2);

  private final KafkaConfiguration config;
  private final Report report;
  private final CountDownLatch closing = new CountDownLatch(1);
  private int port;
  private volatile Process child;
  private volatile int ends;
  private Thread supervisor;

  /** A broker that is not started yet and tells nobody how it is. */
  public EmbeddedKafka(KafkaConfiguration config) {
    this(config, new Report(new Conditions(Clock.systemUTC()), "event_log"));
  }

  /** A broker that is not started yet. */
  public EmbeddedKafka(KafkaConfiguration config, Report report) {
    this.config = config;
    this.report = report;
  }

  /**
   * Who is told how the child is.
   *
   * @param check the check of {@code /health} that says so
   */
  public record Report(Conditions conditions, String check) {
    private static final String PART = "kafka-child";

    void fails(String cause) {
      conditions.fails(
          PART,
          check,
          Severity.DEGRADED,
          cause,
          "it is started again by itself; when that does not help, look at its disk and its log");
    }

    void well() {
      conditions.well(PART);
    }
  }

  /**
   * Starts the child and waits until it answers, for as long as it gets on.
   *
   * @throws IllegalStateException when it hangs, or ends again and again; the message carries the
   *     setting and the end of its output
   */
  public synchronized EmbeddedKafka start() {
    if (supervisor != null) {
      return this;
    }
    port = config.port() == 0 ? FreePort.pick() : config.port();
    child = launch();
    supervisor = new Thread(this::supervise, "kafka-supervisor");
    supervisor.setDaemon(true);
    supervisor.start();
    Optional<String> failure = untilItAnswers();
    if (failure.isPresent()) {
      String output = output();
      close();
      throw new IllegalStateException(
          "The embedded Kafka broker (DROVER_KAFKA_PORT="
              + port
              + ") "
              + failure.get()
              + "; its last words: "
              + (output.isEmpty() ? "none" : output));
    }
    LOG.info("Embedded Kafka answers at {} (pid {})", bootstrap(), pid());
    return this;
  }

  /** Returns what is wrong, or nothing when the child answers. */
  private Optional<String> untilItAnswers() {
    Process watched = child;
    Progress progress = progress(watched);
    try {
      while (!listens() || !KafkaTopics.answers(bootstrap(), ANSWER_TIMEOUT)) {
        if (ends >= MOST_ENDS) {
          return Optional.of("ended " + ends + " times while it started");
        }
        if (watched != child) {
          watched = child;
          progress = progress(watched);
        }
        Duration still = progress.still();
        if (still.compareTo(config.patience()) > 0) {
          return Optional.of("hangs: for " + still.toSeconds() + " s it has done nothing");
        }
        if (closing.await(50, TimeUnit.MILLISECONDS)) {
          return Optional.of("was stopped while it started");
        }
      }
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("was interrupted while it started");
    }
  }

  private Progress progress(Process process) {
    return new Progress(process.toHandle(), List.of(outputFile(), logFile()));
  }

  /** The address for clients, for example {@code 127.0.0.1:9092}. */
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /** Process id of the child that runs now. */
  public long pid() {
    return child.pid();
  }

  /** A plain connect first: a Kafka client that finds nobody fills the log with warnings. */
  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Process launch() {
    new KafkaFiles(config.dataDir(), Clock.systemUTC()).mend();
    try {
      Directories.create(config.dataDir());
      List<String> command =
          ChildCommand.of(
              System.getProperty("java.class.path"),
              KafkaBroker.class,
              options(),
              List.of(config.dataDir().toString(), Integer.toString(port)));
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(outputFile().toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start the Kafka child in " + config.dataDir(), e);
    }
  }

  private List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-Xmx192m",
                // What was touched once stays resident, so it begins small, and gives back what
                // it does not need when it collects; see KafkaBroker.
                "-Xms32m",
                "-XX:MaxHeapFreeRatio=50",
                "-XX:MaxNewSize=16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.net.preferIPv4Stack=true",
                "-Dlogback.configurationFile=drover-kafka-logback.xml",
                "-Ddrover.kafka.log=" + logFile()));
    List<String> own = ManagementFactory.getRuntimeMXBean().getInputArguments();
    options.addAll(ChildCommand.archive(own, "kafka.jsa"));
    return options;
  }

  private void supervise() {
    Duration backOff = FIRST_BACK_OFF;
    try {
      while (true) {
        long started = System.nanoTime();
        int exit = awaitEnd();
        ends++;
        if (closing.getCount() == 0) {
          return;
        }
        if (System.nanoTime() - started > STEADY.toNanos()) {
          backOff = FIRST_BACK_OFF;
        }
        LOG.warn(
            "The Kafka child (pid {}) ended with {}; starting it again in {} ms. {}",
            child.pid(),
            exit,
            backOff.toMillis(),
            output());
        report.fails("the embedded Kafka broker ended with " + exit + ": " + lastWords());
        if (closing.await(backOff.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        backOff = longer(backOff);
        relaunch();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the end of the child, and ends one that lives and is of no use. */
  private int awaitEnd() throws InterruptedException {
    Process watched = child;
    KafkaPulse pulse =
        new KafkaPulse(
            port,
            config.dataDir().resolve("log/meta.properties"),
            // the first start has its own end of patience, and words
            config.patience().multipliedBy(2),
            () -> progress(watched));
    while (!watched.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      Optional<String> useless = pulse.look();
      if (useless.isPresent() && closing.getCount() > 0) {
        LOG.warn("The Kafka child (pid {}) is ended: {}", watched.pid(), useless.get());
        report.fails("the embedded Kafka broker was of no use: " + useless.get());
        watched.destroyForcibly();
      } else if (pulse.well()) {
        report.well();
      }
    }
    return watched.exitValue();
  }

  /** What of its last words says most to people. */
  private String lastWords() {
    String output = output();
    if (output.toLowerCase(Locale.ROOT).contains("no space left on device")) {
      return "its disk is full";
    }
    List<String> lines = output.lines().filter(line -> !line.startsWith("\tat ")).toList();
    return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
  }

  /** Under the lock of {@link #stopChild()}, so that a closing parent never misses a new child. */
  private void relaunch() {
    synchronized (closing) {
      if (closing.getCount() > 0) {
        child = launch();
      }
    }
  }

  private static Duration longer(Duration backOff) {
    Duration twice = backOff.multipliedBy(2);
    return twice.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : twice;
  }

  private Path outputFile() {
    return config.dataDir().resolve("broker.out");
  }

  private Path logFile() {
    return config.dataDir().resolve("broker.log");
  }

  /** The end of what it printed; when it printed nothing, the end of its log. */
  private String output() {
    String printed = end(outputFile());
    return printed.isEmpty() ? end(logFile()) : printed;
  }

  private static String end(Path file) {
    try {
      String all = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      return all.substring(Math.max(0, all.length() - 2000));
    } catch (IOException e) {
      return "";
    }
  }

  /** Stops the child in order; one that hangs is killed, one that writes its archive is not. */
  @Override
  public synchronized void close() {
    if (supervisor == null || closing.getCount() == 0) {
      return;
    }
    synchronized (closing) {
      closing.countDown();
    }
    stopChild();
  }

  private void stopChild() {
    try (OutputStream in = child.getOutputStream()) {
      in.write(KafkaBroker.STOP);
      in.flush();
      Progress progress = progress(child);
      while (!child.waitFor(200, TimeUnit.MILLISECONDS)) {
        if (progress.still().compareTo(STOP_PATIENCE) > 0) {
          LOG.warn("The Kafka child hung for {} s and is killed", STOP_PATIENCE.toSeconds());
          child.destroyForcibly().waitFor();
        }
      }
    } catch (IOException e) {
      LOG.debug("The Kafka child was gone already", e);
      child.destroyForcibly();
    } catch (InterruptedException e) {
      child.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
