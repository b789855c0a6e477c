package dev.drover.orchestrator.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Central never has to refuse a delta, and a burst does not use the whole minute up at once. */
class DeltaBudgetTest {
  private final AtomicLong millis = new AtomicLong();
  private final DeltaBudget budget =
      new DeltaBudget(10, Duration.ofMillis(200), Ticker.of(() -> millis.get() * 1_000_000));

  /** Milliseconds at which deltas begin while changes never stop. */
  private List<Long> burst(Duration length) {
    List<Long> begun = new ArrayList<>();
    for (long at = 0; at < length.toMillis(); at += 50) {
      if (budget.mayBegin()) {
        assertThat(budget.take()).isTrue();
        begun.add(at);
      }
      millis.addAndGet(50);
    }
    return begun;
  }

  @Test
  void aLongBurstIsSpreadOverTheMinute() {
    List<Long> begun = burst(Duration.ofMinutes(5));
    assertThat(begun.subList(0, 5)).containsExactly(0L, 200L, 600L, 1400L, 3000L);
    for (int i = 1; i < begun.size(); i++) {
      assertThat(begun.get(i) - begun.get(i - 1)).isLessThan(15_000);
    }
    for (long at : begun) {
      assertThat(begun.stream().filter(other -> other > at - 60_000 && other <= at).count())
          .isLessThanOrEqualTo(10);
    }
    assertThat(begun).hasSizeGreaterThan(25);
  }

  /** How long each change waits for its delta when one comes every so often for five minutes. */
  private List<Long> waits(Duration every) {
    List<Long> waits = new ArrayList<>();
    List<Long> open = new ArrayList<>();
    for (long at = 0; at < 300_000; at += 50) {
      if (at % every.toMillis() == 0) {
        open.add(at);
      }
      if (!open.isEmpty() && budget.mayBegin()) {
        assertThat(budget.take()).isTrue();
        for (long change : open) {
          waits.add(at - change);
        }
        open.clear();
      }
      millis.addAndGet(50);
    }
    return waits;
  }

  @Test
  void d9ChangesBelowTheLimitWaitForNothing() {
    assertThat(waits(Duration.ofSeconds(7))).hasSize(43).containsOnly(0L);
  }

  @Test
  void d9ChangesAboveTheLimitWaitNoLongerThanTheLimitNeeds() {
    List<Long> waits = waits(Duration.ofSeconds(5));
    assertThat(waits).hasSizeGreaterThanOrEqualTo(58).allMatch(wait -> wait < 8_000);
    assertThat(waits.stream().mapToLong(wait -> wait).average().orElseThrow()).isLessThan(2_600);
  }

  @Test
  void anIsolatedChangeWaitsForNothing() {
    assertThat(budget.mayBegin()).isTrue();
    assertThat(budget.take()).isTrue();
    assertThat(budget.mayBegin()).isFalse();
    millis.addAndGet(61_000);
    assertThat(budget.mayBegin()).isTrue();
  }

  @Test
  void pagesCountToo() {
    for (int i = 0; i < 10; i++) {
      assertThat(budget.take()).isTrue();
    }
    assertThat(budget.take()).isFalse();
    assertThat(budget.mayBegin()).isFalse();
    millis.addAndGet(61_000);
    assertThat(budget.take()).isTrue();
  }
}
