package dev.drover.engine.backbone;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.start.Progress;
import java.time.Clock;
import java.time.Duration;
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
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

  /** A child that ends so often while it starts is not a slow one. */
  private static final int MOST_ENDS = 4;

  private static final Duration LOOK = Duration.ofSeconds(2);

  private final KafkaConfiguration config;
  private final Report report;
  private final CountDownLatch closing = new CountDownLatch(1);
  private int port;
  private volatile KafkaChild child;
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
    child = KafkaChild.launch(config.dataDir(), port);
    supervisor = new Thread(this::supervise, "kafka-supervisor");
    supervisor.setDaemon(true);
    supervisor.start();
    Optional<String> failure = untilItAnswers();
    if (failure.isPresent()) {
      String output = child.output();
      close();
      throw new IllegalStateException(
          "The embedded Kafka broker (DROVER_KAFKA_PORT="
              + port
              + ", its files in "
              + config.dataDir()
              + ": move that directory away when they are damaged) "
              + failure.get()
              + "; its last words: "
              + (output.isEmpty() ? "none" : output));
    }
    LOG.info("Embedded Kafka answers at {} (pid {})", bootstrap(), pid());
    return this;
  }

  /** Returns what is wrong, or nothing when the child answers. */
  private Optional<String> untilItAnswers() {
    KafkaChild watched = child;
    Progress progress = watched.progress();
    try {
      while (!watched.listens() || !KafkaTopics.answers(bootstrap(), ANSWER_TIMEOUT)) {
        if (ends >= MOST_ENDS) {
          return Optional.of("ended " + ends + " times while it started");
        }
        if (watched != child) {
          watched = child;
          progress = watched.progress();
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

  /** The address for clients, for example {@code 127.0.0.1:9092}. */
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /** Process id of the child that runs now. */
  public long pid() {
    return child.pid();
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
            child.output());
        report.fails("the embedded Kafka broker ended with " + exit + ": " + child.lastWords());
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
    KafkaChild watched = child;
    KafkaPulse pulse =
        new KafkaPulse(
            port,
            config.dataDir().resolve("log/meta.properties"),
            // the first start has its own end of patience, and words
            config.patience().multipliedBy(2),
            watched::progress);
    while (!watched.endsWithin(LOOK)) {
      Optional<String> useless = pulse.look();
      if (useless.isPresent() && closing.getCount() > 0) {
        LOG.warn("The Kafka child (pid {}) is ended: {}", watched.pid(), useless.get());
        report.fails("the embedded Kafka broker was of no use: " + useless.get());
        watched.kill();
      } else if (pulse.well()) {
        report.well();
      }
    }
    return watched.exitValue();
  }

  /** Under the lock of {@link #close()}, so that a closing parent never misses a new child. */
  private void relaunch() {
    synchronized (closing) {
      if (closing.getCount() > 0) {
        child = KafkaChild.launch(config.dataDir(), port);
      }
    }
  }

  private static Duration longer(Duration backOff) {
    Duration twice = backOff.multipliedBy(2);
    return twice.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : twice;
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
    child.stop();
  }
}
