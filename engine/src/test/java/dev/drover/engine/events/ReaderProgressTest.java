package dev.drover.engine.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReaderProgressTest {
  private final ReaderProgress progress = new ReaderProgress(30);

  private boolean look(int written, long pending, long now) {
    progress.wrote(written);
    return progress.stalled(pending, now);
  }

  @Test
  void aReaderThatTakesNothingStallsFromTheFirstLookAtWhatWaits() {
    assertThat(look(10, 0, 1)).isFalse();
    assertThat(look(100, 100, 900)).as("it has waited for nothing before").isFalse();
    assertThat(look(10, 110, 930)).isFalse();
    assertThat(look(10, 120, 931)).isTrue();
  }

  @Test
  void aSlowReaderThatTakesSomethingDoesNot() {
    for (int now = 1; now < 1_000; now += 25) {
      assertThat(look(100, 5_000, now)).isFalse();
    }
  }

  @Test
  void aWriteThatIsSeenBeforeItWasSentIsNoStall() {
    for (int now = 1; now < 1_000; now += 40) {
      assertThat(look(100, 100, now)).isFalse();
    }
  }
}
