package dev.drover.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private final ByteBudget budget = new ByteBudget(100);

  @Test
  void whatDoesNotFitIsRefusedAndTakesNothing() {
    ByteBudget.Part first = budget.take(60);

    assertThatThrownBy(() -> budget.take(41))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_BUSY));

    assertThat(budget.used()).isEqualTo(60);
    assertThat(budget.refused()).isEqualTo(1);
    first.close();
    budget.take(100).close();
    assertThat(budget.used()).isZero();
  }

  @Test
  void aPartGrowsAndGivesBackWhatItHoldsOnce() {
    ByteBudget.Part part = budget.part();

    assertThat(part.tryTake(70)).isTrue();
    assertThat(part.tryTake(31)).isFalse();
    part.give(50);
    assertThat(budget.used()).isEqualTo(20);
    part.close();
    part.close();
    part.give(10);

    assertThat(budget.used()).isZero();
    assertThat(part.tryTake(1)).as("a closed part takes nothing more").isFalse();
  }

  @Test
  void threadsTogetherNeverTakeMoreThanThereIs() {
    AtomicLong most = new AtomicLong();
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      threads.add(
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  try (ByteBudget.Part part = budget.part()) {
                    part.tryTake(40);
                    most.accumulateAndGet(budget.used(), Math::max);
                  }
                }
              }));
    }
    threads.forEach(CompletableFuture::join);

    assertThat(most.get()).isBetween(40L, 100L);
    assertThat(budget.used()).isZero();
  }
}
