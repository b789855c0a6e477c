package dev.drover.e2e.powercut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nothing that a store answered for is lost when the power is cut, and the store starts again.
 *
 * <p>{@code bench/power-cut.sh} is the long form; {@code -Ddrover.power-cut.seed=…} repeats a run,
 * if not its recording. A bad cut leaves its directory below {@code e2e/target/power-cut}.
 */
class PowerCutTest {
  private static final long SEED =
      Long.getLong("drover.power-cut.seed", System.nanoTime() % 1_000_000);

  @BeforeAll
  static void compiler() throws Exception {
    assumeTrue(PowerCuts.possible(), "needs Linux and a C compiler: apt-get install gcc libc6-dev");
  }

  @ParameterizedTest
  @CsvSource({"keys, 20, 40", "sqlite, 60, 40", "h2, 60, 40", "artemis, 30, 4", "kafka, 20, 2"})
  void nothingAcknowledgedIsLostWhenThePowerIsCut(String store, int numbers, int cuts)
      throws Exception {
    PowerCuts all = PowerCuts.record(store, PowerCuts.home(store), numbers, SEED);
    List<PowerCuts.Cut> bad = new ArrayList<>();
    int acknowledged = 0;
    int answering = all.answering();
    for (int i = 0; i < cuts; i++) {
      PowerCuts.Cut cut = all.cut(i, Integer.MAX_VALUE, i % 2 * answering);
      acknowledged += cut.acknowledged();
      if (!cut.good()) {
        bad.add(cut);
      }
    }
    assertThat(bad).as("seed %d", SEED).isEmpty();
    assertThat(acknowledged).as("acknowledged before the cuts").isPositive();
  }

  /** The test finds what is lost, or it would prove nothing. */
  @Test
  void withoutSyncsSqliteLosesWrites() throws Exception {
    PowerCuts all = PowerCuts.record("sqlite-unsynced", PowerCuts.home("unsynced"), 30, SEED);
    assertThat(lost(all, Integer.MAX_VALUE)).as("seed %d", SEED).isPositive();
  }

  /** The same for the store whose syncs cannot be turned off: the disk only says that it did. */
  @Test
  void onADiskThatLiesTheDocumentStoreLosesWrites() throws Exception {
    PowerCuts all = PowerCuts.record("h2", PowerCuts.home("h2-lies"), 30, SEED);
    assertThat(lost(all, all.calls() / 2)).as("seed %d", SEED).isPositive();
  }

  private static int lost(PowerCuts all, int honest) throws IOException {
    int lost = 0;
    for (int i = 0; i < 16; i++) {
      PowerCuts.Cut cut = all.cut(i, honest, 0);
      lost += cut.lost().size() + (cut.failure().isEmpty() ? 0 : 1);
    }
    return lost;
  }
}
