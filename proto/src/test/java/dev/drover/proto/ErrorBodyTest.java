package dev.drover.proto;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The error body: the same refusal has the same bytes in each process. */
class ErrorBodyTest {

  @Test
  void theDetailsHaveOneOrderHoweverTheyWereGathered() {
    Map<String, Object> details =
        Map.of("i", 9, "b", 2, "h", 8, "c", 3, "e", 5, "g", 7, "a", 1, "d", 4, "f", 6);
    ProtocolException error = new ProtocolException(ErrorCode.VALIDATION_FAILED, "no", details);

    assertThat(ErrorBody.render(error, Instant.EPOCH, "req-1"))
        .isEqualTo(
            "{\"error\":{\"code\":\"VALIDATION_FAILED\",\"message\":\"no\","
                + "\"details\":{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,"
                + "\"f\":6,\"g\":7,\"h\":8,\"i\":9},"
                + "\"timestamp\":\"1970-01-01T00:00:00Z\",\"request_id\":\"req-1\"},"
                + "\"message\":\"no\"}");
  }
}
