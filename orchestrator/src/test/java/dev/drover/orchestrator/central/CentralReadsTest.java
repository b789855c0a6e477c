package dev.drover.orchestrator.central;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which reads are tried again, how often, and after which waits. */
class CentralReadsTest {
  private static final List<Duration> WAITS =
      LongStream.of(0, 1, 2, 4, 8, 16).mapToObj(Duration::ofSeconds).toList();

  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

  private boolean fails(CentralReads reads) {
    exchange.setProperty(Exchange.EXCEPTION_CAUGHT, new ConnectException("nobody there"));
    reads.process(exchange);
    return exchange.getProperty(CentralReads.AGAIN, Boolean.class);
  }

  @Test
  void oneWaitPerTryAndThenNoMore() {
    CentralReads reads = new CentralReads(WAITS);
    for (int read = 0; read < 2; read++) {
      reads.begin(exchange);
      List<Long> waits = new ArrayList<>();
      while (fails(reads)) {
        waits.add(exchange.getMessage().getHeader(Exchange.REDELIVERY_DELAY, Long.class));
        // An answer replaces the headers of the request.
        exchange.getMessage().removeHeaders("*");
      }
      assertThat(waits).as("read " + read).containsExactly(0L, 1000L, 2000L, 4000L, 8000L, 16000L);
    }
    assertThat(fails(new CentralReads(List.of()))).isFalse();
  }

  @Test
  void notAWrongAnswerNorWhatCentralWantsToHearLater() {
    assertThat(fails(new CentralAwayException("503", (Duration) null))).isTrue();
    assertThat(fails(new CentralAwayException("503", Duration.ofSeconds(5)))).isFalse();
    assertThat(fails(new CentralAnswerException("HTML"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"401,false", "429,false", "408,true", "500,true"})
  void notWithARefusedTokenNorTooOften(int status, boolean expected) {
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    assertThat(fails(new CentralAwayException("away", (Duration) null))).isEqualTo(expected);
  }

  private boolean fails(Exception why) {
    CentralReads reads = new CentralReads(WAITS);
    reads.begin(exchange);
    exchange.setProperty(Exchange.EXCEPTION_CAUGHT, why);
    reads.process(exchange);
    return exchange.getProperty(CentralReads.AGAIN, Boolean.class);
  }
}
