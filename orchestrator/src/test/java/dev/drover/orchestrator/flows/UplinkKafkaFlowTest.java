package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Kafka topic as queue: a batch is committed after its upload, and never before. */
class UplinkKafkaFlowTest extends FlowTest {
  UplinkKafkaFlowTest() {
    super("orchestrator", "15-uplink-kafka", "drover.queue", "kafka", "drover.uplink.topic", "up");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"urgent", "normal"})
  void acceptedItemsGoIntoTheTopicOfTheirClass(String kind) {
    into("uplink-" + kind + "-produce")
        .body(List.of("item"))
        .run()
        .calls("kafka:up-" + kind)
        .sentBody("kafka:up-" + kind, List.of("item"))
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"urgent", "normal"})
  void whatTheTopicDoesNotTakeStaysInTheStore(String kind) {
    given("kafka:up-" + kind, failure(new IllegalStateException("no broker")));

    into("uplink-" + kind + "-produce")
        .body(List.of("item"))
        .run()
        .endsWith(
            "kafka:up-" + kind,
            "log WARN: uplink-" + kind + "-produce: no broker; tried again later")
        .failsWith("no broker");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"urgent", "normal"})
  void aBatchIsUploadedThenCommitted(String kind) {
    into("uplink-" + kind + "-consume")
        .body(List.of("item"))
        .run()
        .calls("direct:uplink-upload", "uplinkUpload.commit")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"urgent", "normal"})
  void aBatchThatIsNotUploadedIsNotCommitted(String kind) {
    given("direct:uplink-upload", failure(new IllegalStateException("central is away")));

    into("uplink-" + kind + "-consume")
        .body(List.of("item"))
        .run()
        .calls(
            "direct:uplink-upload",
            "log WARN: uplink-" + kind + "-consume: central is away; tried again later")
        .failsWith("central is away");
  }
}
