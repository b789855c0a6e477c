package dev.drover.orchestrator.central;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.time.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The pause of the breaker is the process's own time, and slow answers are answers. */
class BreakerPauseTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Conditions conditions = new Conditions(Clock.systemUTC());
  private final CircuitBreaker breaker =
      CentralBreaker.of(2, Duration.ofSeconds(10), Ticker.of(nanos::get), conditions);

  private void fail() {
    breaker.acquirePermission();
    breaker.onError(1, TimeUnit.MILLISECONDS, new IllegalStateException("no line"));
  }

  private void pass(long seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void onlyTheProcesssOwnTimeEndsThePauseAndOneRequestDecides() {
    fail();
    fail();
    assertThat(conditions.problems()).singleElement().asString().contains("no line", "is open");
    pass(9);
    assertThat(breaker.tryAcquirePermission()).isFalse();
    pass(2);
    assertThat(breaker.tryAcquirePermission()).isTrue();
    assertThat(breaker.tryAcquirePermission()).as("a second one").isFalse();
    breaker.onError(1, TimeUnit.MILLISECONDS, new IllegalStateException("still no line"));
    assertThat(breaker.tryAcquirePermission()).isFalse();
    pass(11);
    assertThat(breaker.tryAcquirePermission()).isTrue();
    breaker.onSuccess(1, TimeUnit.MILLISECONDS);
    assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    assertThat(conditions.problems()).isEmpty();
  }

  @Test
  void answersThatComeSlowlyAreAnswers() {
    for (int i = 0; i < 5; i++) {
      breaker.acquirePermission();
      breaker.onSuccess(20, TimeUnit.MINUTES);
    }
    assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
  }
}
