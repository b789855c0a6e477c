package dev.drover.engine.time;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the clock with the process's own time, notices when it was set, and knows by which
 * instant things may be forgotten: a clock that was set ahead is not believed for that until it has
 * gone steadily for a while, since what is deleted does not come back when the clock does.
 */
public final class ClockWatch implements AutoCloseable {
  /** How long a clock that was set ahead goes steadily before things are forgotten by it. */
  public static final Duration STEADY = Duration.ofHours(1);

  /** Less than this is how clocks are corrected and threads are late, no step. */
  static final Duration STEP = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger("protocol");

  private final Clock clock;
  private final Ticker ticker;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "clock-watch");
            thread.setDaemon(true);
            return thread;
          });

  /** Seen at the last look: the clock, and when that was. */
  private Instant seen;

  private Tick seenAt;

  /** How far the clock is ahead of what is believed; zero when it is believed. */
  private Duration ahead = Duration.ZERO;

  /** The last step, while {@link #ahead} is more than nothing. */
  private Tick steppedAt;

  private Consumer<Duration> told = distance -> {};
  private Supplier<Instant> bound = () -> Instant.MAX;

  /** A watch that looks only when it is asked. */
  public ClockWatch(Clock clock, Ticker ticker) {
    this.clock = clock;
    this.ticker = ticker;
    this.seen = clock.instant();
    this.seenAt = ticker.now();
  }

  /** Looks once a second until it is closed. */
  public ClockWatch start() {
    timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    return this;
  }

  /**
   * Who is told, at each look, how far the clock is ahead of what is believed.
   *
   * @param listener takes zero when the clock is believed
   */
  public synchronized void onLook(Consumer<Duration> listener) {
    told = listener;
  }

  /**
   * Somebody else's time, of whom things are kept: what is proven is never later.
   *
   * @param time what it is now
   */
  public synchronized void atMost(Supplier<Instant> time) {
    bound = time;
  }

  /** Looks at the clock. */
  public synchronized void look() {
    Instant now = clock.instant();
    Tick tick = ticker.now();
    Duration step = Duration.between(seen.plus(tick.since(seenAt)), now);
    seen = now;
    seenAt = tick;
    if (step.abs().compareTo(STEP) >= 0) {
      stepped(step, now, tick);
    } else if (!ahead.isZero() && tick.since(steppedAt).compareTo(STEADY) >= 0) {
      ahead = Duration.ZERO;
    }
    told.accept(ahead);
  }

  private void stepped(Duration step, Instant now, Tick tick) {
    Duration sum = ahead.plus(step);
    // Back where it came from, or before it: the smaller time deletes less.
    ahead = sum.compareTo(STEP) < 0 ? Duration.ZERO : sum;
    steppedAt = tick;
    LOG.atWarn()
        .addKeyValue("event", "clock_stepped")
        .addKeyValue("step_ms", step.toMillis())
        .log(
            "the clock was set {} by {}, to {}; waits go on as they were",
            step.isNegative() ? "back" : "ahead",
            step.abs().truncatedTo(ChronoUnit.MILLIS),
            now);
  }

  /** The instant by which things may be forgotten: the clock's, or an earlier one in doubt. */
  public synchronized Instant proven() {
    look();
    Instant own = seen.minus(ahead);
    Instant other = bound.get();
    return (other.isBefore(own) ? other : own).truncatedTo(ChronoUnit.MILLIS);
  }

  /** {@link #proven} as a clock, for what forgets. */
  public Clock provenClock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return proven();
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("an instant has no zone");
      }
    };
  }

  /** Looks no more. */
  @Override
  public void close() {
    timer.shutdownNow();
  }
}
