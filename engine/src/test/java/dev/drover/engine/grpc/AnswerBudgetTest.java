package dev.drover.engine.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import org.junit.jupiter.api.Test;

/** What answers hold together, and what one may. */
class AnswerBudgetTest {
  private final AnswerBudget budget = new AnswerBudget(100);

  private static ErrorCode refusal(AnswerBudget.Share share, int bytes) {
    return catchThrowableOfType(ProtocolException.class, () -> share.take(bytes)).code();
  }

  @Test
  void oneAnswerHasItsOwnLimit() {
    AnswerBudget.Share share = budget.share(30);
    share.take(20);
    share.take(10);
    assertThat(refusal(share, 1)).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
    assertThat(budget.free()).isEqualTo(70);
  }

  @Test
  void togetherTheyWaitUntilOneIsOver() {
    AnswerBudget.Share first = budget.share(80);
    AnswerBudget.Share second = budget.share(80);
    first.take(80);
    assertThat(refusal(second, 21)).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
    second.close();
    first.close();
    first.close();
    assertThat(budget.free()).isEqualTo(100);
    budget.share(80).take(21);
  }

  @Test
  void whatIsOverTakesNothing() {
    AnswerBudget.Share share = budget.share(80);
    share.take(10);
    share.close();
    assertThat(refusal(share, 10)).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(budget.free()).isEqualTo(100);
  }
}
