package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mall's broker as queue: a batch is acknowledged when its upload has ended well. */
class UplinkMqttFlowTest extends FlowTest {
  UplinkMqttFlowTest() {
    super("orchestrator", "15-uplink-mqtt", "drover.queue", "mqtt");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"urgent", "normal"})
  void acceptedItemsGoIntoTheQueueOfTheirClass(String kind) {
    String queue = "mqtt-batch:drover/mall-1/orch-1/uplink/" + kind;

    into("uplink-" + kind + "-enqueue")
        .body(List.of("item"))
        .run()
        .calls(queue)
        .sentBody(queue, List.of("item"))
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"urgent", "normal"})
  void whatTheBrokerDoesNotTakeStaysInTheStore(String kind) {
    String queue = "mqtt-batch:drover/mall-1/orch-1/uplink/" + kind;
    given(queue, failure(new IllegalStateException("broker is away")));

    into("uplink-" + kind + "-enqueue")
        .body(List.of("item"))
        .run()
        .endsWith(queue, "log WARN: uplink-" + kind + "-enqueue: broker is away; tried again later")
        .failsWith("broker is away");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"urgent", "normal"})
  void aBatchIsUploaded(String kind) {
    into("uplink-" + kind + "-read")
        .body(List.of("item"))
        .run()
        .calls("direct:uplink-upload")
        .sentBody("direct:uplink-upload", List.of("item"))
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"urgent", "normal"})
  void aBatchThatIsNotUploadedIsNotAcknowledged(String kind) {
    given("direct:uplink-upload", failure(new IllegalStateException("central is away")));

    into("uplink-" + kind + "-read")
        .body(List.of("item"))
        .run()
        .calls(
            "direct:uplink-upload",
            "log WARN: uplink-" + kind + "-read: central is away; tried again later")
        .failsWith("central is away");
  }
}
