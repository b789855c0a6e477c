package dev.drover.engine.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A clock that is set is noticed, and what is kept is kept by the time that is proven. */
class ClockWatchTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private long nanos;
  private Duration offset = Duration.ZERO;
  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return BEGIN.plusNanos(nanos).plus(offset);
        }
      };
  private final ClockWatch watch = new ClockWatch(clock, Ticker.of(() -> nanos));
  private final List<Duration> told = new ArrayList<>();

  @AfterEach
  void close() {
    watch.close();
  }

  private void pass(Duration time) {
    for (Duration left = time; !left.isZero(); left = left.minusSeconds(1)) {
      nanos += 1_000_000_000L;
      watch.look();
    }
  }

  @Test
  void f4AClockThatWasAheadForAMinuteDeletesNothing() {
    watch.onLook(told::add);
    pass(Duration.ofMinutes(5));
    offset = Duration.ofDays(8);
    pass(Duration.ofMinutes(1));
    assertThat(watch.proven()).isEqualTo(BEGIN.plusSeconds(360));
    assertThat(told.get(told.size() - 1)).isEqualTo(Duration.ofDays(8));
    offset = Duration.ZERO;
    assertThat(watch.proven()).isEqualTo(BEGIN.plusSeconds(360));
    pass(Duration.ofMinutes(1));
    assertThat(watch.proven()).isEqualTo(BEGIN.plusSeconds(420));
    assertThat(told.get(told.size() - 1)).isZero();
  }

  @Test
  void aClockThatGoesSteadilyIsBelievedAfterAWhile() {
    offset = Duration.ofDays(8);
    pass(ClockWatch.STEADY);
    assertThat(watch.proven()).isEqualTo(BEGIN.plus(ClockWatch.STEADY));
    pass(Duration.ofSeconds(1));
    assertThat(watch.proven()).isEqualTo(clock.instant());
  }

  @Test
  void aClockThatGoesBackIsBelievedAtOnce() {
    offset = Duration.ofHours(-2);
    assertThat(watch.proven()).isEqualTo(BEGIN.minus(Duration.ofHours(2)));
    // And nothing is forgotten early when it comes back.
    offset = Duration.ZERO;
    pass(Duration.ofSeconds(1));
    assertThat(watch.proven()).isEqualTo(BEGIN.plusSeconds(1).minus(Duration.ofHours(2)));
  }

  @Test
  void aClockThatIsPulledAlongSlowlyHasNotStepped() {
    watch.onLook(told::add);
    for (int i = 0; i < 100; i++) {
      offset = offset.plusMillis(200);
      pass(Duration.ofSeconds(1));
    }
    assertThat(told).hasSize(100).allMatch(Duration::isZero);
    assertThat(watch.proven()).isEqualTo(clock.instant());
  }
}
