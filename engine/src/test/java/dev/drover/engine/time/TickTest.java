package dev.drover.engine.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TickTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Ticker ticker = Ticker.of(nanos::get);

  @Test
  void tellsWhichPointComesFirst() {
    Tick start = ticker.now();
    nanos.addAndGet(Duration.ofSeconds(3).toNanos());
    Tick end = ticker.now();

    assertThat(start.isBefore(end)).isTrue();
    assertThat(end.isBefore(start)).isFalse();
    assertThat(end.since(start)).isEqualTo(Duration.ofSeconds(3));
    assertThat(Tick.later(start, end)).isSameAs(end);
    assertThat(end.isBefore(start.plus(Duration.ofSeconds(4)))).isTrue();
  }

  @Test
  void worksWhereTheCountOverflows() {
    nanos.set(Long.MAX_VALUE - 5);
    Tick start = ticker.now();
    Tick end = start.plus(Duration.ofSeconds(1));

    assertThat(start.isBefore(end)).isTrue();
    assertThat(end.since(start)).isEqualTo(Duration.ofSeconds(1));
  }
}
