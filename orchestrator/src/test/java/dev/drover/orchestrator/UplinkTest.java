package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.orchestrator.uplink.UplinkDoor;
import dev.drover.orchestrator.uplink.UplinkStore;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

/** The mall's durable uplink in the running application. */
class UplinkTest extends MallTestBase {
  /** Accepts a write at the seam; throws what the door throws. */
  static long accept(TestMall mall, String type, String key, String queue, String body) {
    CamelContext camel = mall.context.getBean(CamelContext.class);
    Exchange answer =
        camel
            .createFluentProducerTemplate()
            .to("direct:uplink-accept")
            .withHeader(UplinkDoor.TYPE, type)
            .withHeader(UplinkDoor.KEY, key)
            .withHeader(UplinkDoor.CLASS, queue)
            .withBody(body)
            .send();
    if (answer.getException() instanceof RuntimeException e) {
      throw e;
    }
    return answer.getMessage().getHeader(UplinkDoor.SEQ, -1L, Long.class);
  }

  @Test
  void whatIsAcceptedHasANumberAndSurvivesTheProcess() {
    central.goAway();
    try (TestMall mall = mall(Map.of())) {
      assertThat(accept(mall, "access_logs", "b1", "normal", "{\"n\":1}")).isEqualTo(1);
      assertThat(accept(mall, "access_logs", "b1", "normal", "{\"n\":2}")).isEqualTo(2);
      assertThatThrownBy(() -> accept(mall, "access_logs", "b1", "normal", "{no"))
          .isInstanceOfSatisfying(
              ProtocolException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED));
    }
    try (TestMall mall = mall(Map.of())) {
      UplinkStore store = mall.context.getBean(UplinkStore.class);
      assertThat(store.ledger().accepted()).isEqualTo(2);
      assertThat(store.ledger().pending()).isEqualTo(2);
      assertThat(accept(mall, "access_logs", "b1", "normal", "{\"n\":3}")).isEqualTo(3);
    }
  }

  @Test
  void aFullQueueRefusesWhatMustNotBeDroppedAndDropsHeartbeatsFirst() {
    central.goAway();
    try (TestMall mall = mall(Map.of("drover.uplink.max-bytes", "3000"))) {
      UplinkStore store = mall.context.getBean(UplinkStore.class);
      String body = "{\"text\":\"" + "x".repeat(700) + "\"}";
      for (int beacon = 1; beacon <= 2; beacon++) {
        assertThat(accept(mall, "beacon_heartbeat", "b" + beacon, "latest", body)).isPositive();
      }
      assertThat(accept(mall, "beacon_heartbeat", "b1", "latest", body)).isEqualTo(3);
      assertThat(store.ledger().superseded()).isEqualTo(1);
      assertThat(accept(mall, "access_logs", "b1", "normal", body)).isEqualTo(4);
      assertThat(accept(mall, "beacon_heartbeat", "b3", "latest", body))
          .as("no room")
          .isEqualTo(-1);
      assertThat(accept(mall, "access_logs", "b1", "normal", body)).isEqualTo(5);
      assertThat(store.ledger().superseded()).isEqualTo(3);
      assertThat(accept(mall, "access_logs", "b1", "normal", body)).isEqualTo(6);
      assertThatThrownBy(() -> accept(mall, "access_logs", "b1", "normal", body))
          .isInstanceOfSatisfying(
              ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL));
      assertThat(store.ledger().balanced()).isTrue();
    }
  }
}
