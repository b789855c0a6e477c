package dev.drover.simulator.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The beacon's side: what the mall has not acknowledged stays with its beacon. */
class SimulatorBeaconsFlowTest extends FlowTest {
  private static final String MALL = "http://127.0.0.1:8081/api/orchestrators/beacons/";

  SimulatorBeaconsFlowTest() {
    super("simulator", "02-beacons");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"register, register", "heartbeat, heartbeat", "logs, access-logs"})
  void aReportIsSignedForItsChallengeAndSettledByItsAnswer(String report, String path) {
    given("beaconRequests.ask", property("DroverBeaconReport", report));

    into("simulator-report-send")
        .run()
        .calls(
            "beaconRequests.ask",
            MALL + "challenge",
            "beaconRequests.sign",
            MALL + path,
            "beaconRequests.settle")
        .endsWell();
  }

  @Test
  void withoutAChallengeNothingIsSignedAndTheReportIsKept() {
    given(MALL + "challenge", failure(new IllegalStateException("no line")));

    into("simulator-report-send")
        .run()
        .calls("beaconRequests.ask", MALL + "challenge", "beaconRequests.failed")
        .endsWell();
  }

  @Test
  void beaconsSpeakOneAfterTheOther() {
    into("simulator-beacons-speak")
        .body(List.of("b1", "b2"))
        .run()
        .sentBody("beaconRequests.ask", "b1", "b2")
        .endsWell();
  }

  @Test
  void aBeaconThatFailsHoldsNoOtherUp() {
    given("beaconRequests.ask", failure(new IllegalStateException("no key")));

    into("simulator-beacons-speak")
        .body(List.of("b1", "b2"))
        .run()
        .calls(
            "beaconRequests.ask",
            "beaconRequests.failed",
            "beaconRequests.ask",
            "beaconRequests.failed")
        .endsWell();
  }

  @Test
  void whoHasNothingToSayIsSilent() {
    into("simulator-beacons-speak").body(List.of()).run().calls().endsWell();
  }

  @Test
  void newsAreReadFromTheMallAndTold() {
    given("simulatorOperations.news", property("DroverSimulatorNews", true));
    given("simulatorOperations.tell", body("12 reports"));

    into("simulator-beacons-tell")
        .run()
        .calls(
            "simulatorOperations.news",
            "dataChanger.authorise",
            "http://127.0.0.1:8081/api/uplink/ledger",
            "simulatorOperations.tell",
            "protocolLog.record(beacons_reported, 12 reports)")
        .endsWell();
  }

  @Test
  void withoutNewsNobodyIsAsked() {
    given("simulatorOperations.news", property("DroverSimulatorNews", false));

    into("simulator-beacons-tell").run().calls("simulatorOperations.news").endsWell();
  }
}
