package dev.drover.simulator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.header;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The simulated operator changes something now and then. */
class OperatorChangesFlowTest extends FlowTest {
  private static final String CENTRAL = "http://127.0.0.1:3000/api/entities/mall-1/";

  OperatorChangesFlowTest() {
    super("simulator", "01-operator-changes");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"beacons, an operator changed a beacon", "merchants, an operator changed a merchant"})
  void whatIsChosenIsReadChangedAndWritten(String collection, String line) {
    given("dataChanger.choose", property("DroverSimulatedCollection", collection));
    given(CENTRAL + collection, header("Set-Cookie", "of the answer"));
    given("dataChanger.change", property("DroverSimulatedItem", true));

    into("simulator-operator-act")
        .header("X-Of-The-Clock", "1")
        .run()
        .calls(
            "dataChanger.choose",
            "dataChanger.authorise",
            CENTRAL + collection,
            "dataChanger.change",
            "dataChanger.authorise",
            CENTRAL + collection,
            "dataChanger.changed",
            "protocolLog.record(item_changed, " + line + ")")
        .sent(CENTRAL + collection, "X-Of-The-Clock", null, null)
        .sent(CENTRAL + collection, "Set-Cookie", null, null)
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"simulator-beacon-change, beacons", "simulator-merchant-change, merchants"})
  void whereThereIsNothingNothingIsWritten(String route, String collection) {
    given("dataChanger.change", property("DroverSimulatedItem", false));

    into(route)
        .run()
        .calls("dataChanger.authorise", CENTRAL + collection, "dataChanger.change")
        .endsWell();
  }

  @Test
  void noChoiceIsNoChange() {
    into("simulator-operator-act").run().calls("dataChanger.choose").endsWell();
  }

  @Test
  void whileCentralIsAwayTheClockTriesAgain() {
    given(CENTRAL + "beacons", failure(new IllegalStateException("no line")));

    into("simulator-beacon-change")
        .run()
        .calls(
            "dataChanger.authorise",
            CENTRAL + "beacons",
            "dataChanger.failed",
            "log WARN: simulator-beacon-change: IllegalStateException: no line")
        .endsWell();
  }
}
