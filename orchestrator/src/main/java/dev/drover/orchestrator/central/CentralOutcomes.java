package dev.drover.orchestrator.central;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.time.BackOff;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * How the calls of central went: each that did not succeed makes the wait before the next one of
 * its kind longer, and is told in {@code /health}: a wrong answer, or one that a person must give,
 * at once, an absent one from the third failure in a row. A success ends both.
 */
public final class CentralOutcomes implements Processor {
  /** The check of {@code /health}. */
  public static final String CHECK = "central_answers";

  private static final int TOLD_AFTER = 3;
  private static final double JITTER = 0.1;
  private static final String AWAY =
      "the mall tries again by itself; look at the line to central and at central's /health";
  private static final String WRONG =
      "the mall keeps what it has and tries again by itself; look at what answers at"
          + " CENTRAL_SERVER_URL: a proxy, another server, or a central with a fault";
  private static final String PENDING =
      "an operator of central compares the key and approves it: ./drover registrations list";

  private static final class Standing {
    private final BackOff waits;
    private int failures;
    private Tick notBefore;
    private Tick pausedUntil;

    Standing(BackOff waits) {
      this.waits = waits;
    }
  }

  private final Conditions conditions;
  private final Ticker ticker;
  private final Map<CentralCall, Standing> calls = new EnumMap<>(CentralCall.class);

  /**
   * Nothing failed yet.
   *
   * @param waits after failures; the last one repeats
   * @param uploadWaits the same of uploads, which have a setting of their own
   * @param random values from 0 to 1
   */
  public CentralOutcomes(
      Conditions conditions,
      Ticker ticker,
      List<Duration> waits,
      List<Duration> uploadWaits,
      DoubleSupplier random) {
    this.conditions = conditions;
    this.ticker = ticker;
    for (CentralCall call : CentralCall.values()) {
      List<Duration> own = call == CentralCall.UPLOADS ? uploadWaits : waits;
      calls.put(call, new Standing(new BackOff(own, JITTER, random)));
    }
  }

  /** Whether the wait after the last failure of this call is over. */
  public synchronized boolean due(CentralCall call) {
    Standing standing = calls.get(call);
    return over(standing.notBefore) && over(standing.pausedUntil);
  }

  private boolean over(Tick end) {
    return end == null || !ticker.now().isBefore(end);
  }

  /**
   * That central has not asked for a pause which still lasts.
   *
   * @throws CentralAwayException with what is left of it
   */
  synchronized void requireNoPause(CentralCall call) {
    Tick end = calls.get(call).pausedUntil;
    if (!over(end)) {
      Duration left = end.since(ticker.now());
      throw new CentralAwayException(
          "central asked for a pause before " + call.path() + ", it is over in " + left, left);
    }
  }

  /** The exchange's last call of central failed; other failures are not central's. */
  public void failed(Exchange exchange) {
    Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    Optional<CentralCall> call = CentralCalls.call(exchange);
    if (cause instanceof CentralException central && call.isPresent()) {
      failed(call.get(), central);
    }
  }

  /** Notes a failure; returns how long the next try waits. */
  private synchronized Duration failed(CentralCall call, CentralException cause) {
    Standing standing = calls.get(call);
    boolean inPause = !over(standing.pausedUntil);
    if (inPause) {
      return standing.pausedUntil.since(ticker.now());
    }
    Duration wait = standing.waits.next();
    Tick now = ticker.now();
    standing.notBefore = now.plus(wait);
    if (cause.pause().isPresent()) {
      standing.pausedUntil = now.plus(cause.pause().get());
      wait = wait.compareTo(cause.pause().get()) > 0 ? wait : cause.pause().get();
    }
    if (cause instanceof CentralAwayException away && !away.asked()) {
      return wait;
    }
    standing.failures++;
    if (!(cause instanceof CentralAwayException) || standing.failures >= TOLD_AFTER) {
      conditions.fails(
          part(call),
          CHECK,
          Severity.DEGRADED,
          call.path() + ": " + cause.getMessage(),
          remedy(cause));
    }
    return wait;
  }

  private static String remedy(CentralException cause) {
    if (cause instanceof CentralPendingException) {
      return PENDING;
    }
    return cause instanceof CentralAwayException ? AWAY : WRONG;
  }

  /** The exchange's last call of central succeeded, and its answer was used. */
  public void well(Exchange exchange) {
    CentralCalls.call(exchange).ifPresent(this::well);
  }

  private synchronized void well(CentralCall call) {
    Standing standing = calls.get(call);
    standing.failures = 0;
    standing.waits.reset();
    standing.notBefore = null;
    standing.pausedUntil = null;
    conditions.well(part(call));
  }

  private static String part(CentralCall call) {
    return "central-" + call.name().toLowerCase(Locale.ROOT);
  }

  /** A try of an upload failed: tells it, and sets the wait before the next one for Camel. */
  @Override
  public void process(Exchange exchange) {
    Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    Duration wait;
    if (cause instanceof CentralException central) {
      wait = failed(CentralCall.UPLOADS, central);
    } else {
      synchronized (this) {
        wait = calls.get(CentralCall.UPLOADS).waits.next();
      }
    }
    exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, Math.max(1, wait.toMillis()));
  }
}
