package dev.drover.engine.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import org.junit.jupiter.api.Test;

/** What answers hold together, each twice, and what one may. */
class AnswerMemoryTest {
  private final ByteBudget budget = new ByteBudget(200);

  private static ErrorCode refusal(AnswerMemory memory, int bytes) {
    return catchThrowableOfType(ProtocolException.class, () -> memory.take(bytes)).code();
  }

  @Test
  void oneAnswerHasItsOwnLimit() {
    AnswerMemory memory = new AnswerMemory(budget, 30);
    memory.take(20);
    memory.take(10);
    assertThat(refusal(memory, 1)).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
    assertThat(budget.used()).isEqualTo(60);
  }

  @Test
  void togetherTheyWaitUntilOneIsOver() {
    AnswerMemory first = new AnswerMemory(budget, 80);
    AnswerMemory second = new AnswerMemory(budget, 80);
    first.take(80);
    assertThat(refusal(second, 21)).isEqualTo(ErrorCode.SERVICE_BUSY);
    second.close();
    first.close();
    first.close();
    assertThat(budget.used()).isZero();
    new AnswerMemory(budget, 80).take(21);
  }

  @Test
  void whatIsOverTakesNothing() {
    AnswerMemory memory = new AnswerMemory(budget, 80);
    memory.take(10);
    memory.close();
    assertThat(refusal(memory, 10)).isEqualTo(ErrorCode.SERVICE_BUSY);
    assertThat(budget.used()).isZero();
  }
}
