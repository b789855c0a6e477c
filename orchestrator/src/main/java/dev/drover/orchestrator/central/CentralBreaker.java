package dev.drover.orchestrator.central;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes the circuit breaker of the flow that calls central: after some requests in a row without an
 * answer none is sent for a pause, and then one finds out. An answer of any kind ends the row. Its
 * pause is counted in the process's own time, since a clock that is set back would prolong it.
 */
public final class CentralBreaker {
  private static final String PART = "central-breaker";
  private static final String REMEDY =
      "the mall asks again by itself; look at the line to central and at central's /health";

  /** What the breaker takes for now: an instant that only ever goes on. */
  private static final class TickClock extends Clock {
    private final Ticker ticker;
    private final Tick begun;

    TickClock(Ticker ticker) {
      this.ticker = ticker;
      this.begun = ticker.now();
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plus(ticker.now().since(begun));
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private CentralBreaker() {}

  /**
   * A breaker that is closed.
   *
   * @param failures requests in a row without an answer that open it
   * @param pause how long it stays open
   */
  public static CircuitBreaker of(
      int failures, Duration pause, Ticker ticker, Conditions conditions) {
    CircuitBreaker breaker =
        CircuitBreaker.of(
            "central",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(failures)
                .minimumNumberOfCalls(failures)
                .failureRateThreshold(100)
                // A slow answer is one: a page of a delta may take minutes on a thin line.
                .slowCallDurationThreshold(Duration.ofDays(1))
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(pause)
                .clock(new TickClock(ticker))
                .writableStackTraceEnabled(false)
                .build());
    AtomicReference<String> last = new AtomicReference<>("");
    breaker.getEventPublisher().onError(event -> last.set(event.getThrowable().getMessage()));
    breaker
        .getEventPublisher()
        .onStateTransition(
            event -> {
              String row = failures + " requests in a row got no answer (" + last.get() + ")";
              switch (event.getStateTransition().getToState()) {
                case OPEN ->
                    tell(
                        conditions,
                        row
                            + ", so none is sent for "
                            + pause.toMillis()
                            + " ms: the circuit breaker is open");
                case HALF_OPEN ->
                    tell(conditions, row + ", and one finds out: the circuit breaker is half open");
                default -> conditions.well(PART);
              }
            });
    return breaker;
  }

  private static void tell(Conditions conditions, String cause) {
    conditions.fails(PART, CentralOutcomes.CHECK, Severity.DEGRADED, cause, REMEDY);
  }
}
