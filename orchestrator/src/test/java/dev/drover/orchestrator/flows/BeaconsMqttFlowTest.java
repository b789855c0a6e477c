package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beacons that speak MQTT: a message is acknowledged when it is in the uplink, or can never be. */
class BeaconsMqttFlowTest extends FlowTest {
  private static final String KINDS =
      """
      beacons-heartbeats-read, beacons-heartbeats-message, report-heartbeat
      beacons-logs-read, beacons-logs-message, report-access-logs
      """;

  BeaconsMqttFlowTest() {
    super("orchestrator", "17-beacons-mqtt");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = KINDS)
  void eachMessageIsReportedInItsOrder(String batch, String message, String report) {
    into(batch)
        .body(List.of("first", "second"))
        .run()
        .calls("beaconProof.sender", "direct:" + report, "beaconProof.sender", "direct:" + report)
        .sentBody("direct:" + report, "first", "second")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = KINDS)
  void aMessageThatIsNoReportIsDroppedAndThoseBehindItAreTaken(
      String batch, String message, String report) {
    given(
        "direct:" + report,
        exchange -> {
          if (exchange.getMessage().getBody().equals("bad")) {
            throw new ProtocolException(ErrorCode.VALIDATION_FAILED, "no report");
          }
          return null;
        });

    into(batch)
        .header("DroverMqttTopic", "beacons/b1/x")
        .body(List.of("bad", "good"))
        .run()
        .calls(
            "beaconProof.sender",
            "direct:" + report,
            "log WARN: a message to beacons/b1/x is dropped: no report",
            "deliveries.giveUp",
            "beaconProof.sender",
            "direct:" + report)
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = KINDS)
  void whatCanBeDoneLaterFailsSoThatItsBatchComesAgain(
      String batch, String message, String report) {
    given("direct:" + report, failure(new ProtocolException(ErrorCode.STORAGE_FULL, "disk full")));

    into(batch)
        .body(List.of("first", "second"))
        .run()
        .calls(
            "beaconProof.sender",
            "direct:" + report,
            "log WARN: " + batch + ": disk full; tried again later")
        .failsWith("disk full");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = KINDS)
  void whatIsNotOfTheProtocolIsNotDropped(String batch, String message, String report) {
    given("beaconProof.sender", failure(new IllegalStateException("no broker")));

    into(message).run().calls("beaconProof.sender").failsWith("no broker");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = KINDS)
  void anEmptyBatchIsNothing(String batch, String message, String report) {
    into(batch).body(List.of()).run().calls().endsWell();
  }
}
