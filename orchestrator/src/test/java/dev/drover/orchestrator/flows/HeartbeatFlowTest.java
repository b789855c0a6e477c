package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The mall tells central that it is well. */
class HeartbeatFlowTest extends FlowTest {
  HeartbeatFlowTest() {
    super("orchestrator", "04-heartbeat");
  }

  @Test
  void aHeartbeatThatIsDueIsSentAndItsAnswerRead() {
    given("heartbeat.plan", property("DroverHeartbeatDue", true));
    given("heartbeat.read", body(List.of()));

    into("heartbeat-central-send")
        .header("X-Of-The-Clock", "1")
        .run()
        .calls(
            """
            heartbeat.plan
            centralCalls.authorise
            heartbeat.write
            direct:call-central
            heartbeat.read
            centralOutcomes.well
            protocolLog.record(heartbeat_sent, central knows that this mall is well)\
            """)
        .sent("direct:call-central", "CamelHttpPath", "/api/orchestrators/heartbeat")
        .sent("direct:call-central", "X-Of-The-Clock", (Object) null)
        .endsWell();
  }

  @Test
  void whatCentralAsksForIsDoneAndWhatNobodyKnowsIsSaid() {
    given("heartbeat.plan", property("DroverHeartbeatDue", true));
    given("heartbeat.read", body(List.of("token_refresh", "dance")));

    into("heartbeat-central-send")
        .run()
        .endsWith(
            "centralOutcomes.well",
            "registration.wantRefresh",
            "log WARN: central sent an unknown command: dance",
            "protocolLog.record(heartbeat_sent, central knows that this mall is well)")
        .endsWell();
  }

  @Test
  void beforeItIsDueNothingIsSent() {
    given("heartbeat.plan", property("DroverHeartbeatDue", false));

    into("heartbeat-central-send").run().calls("heartbeat.plan").endsWell();
  }

  @Test
  void withoutAnAnswerItIsNotSaidToBeSent() {
    given("heartbeat.plan", property("DroverHeartbeatDue", true));
    given("direct:call-central", failure(new IllegalStateException("central is away")));

    into("heartbeat-central-send")
        .run()
        .endsWith(
            "direct:call-central",
            "log WARN: heartbeat-central-send: IllegalStateException: central is away",
            "centralOutcomes.failed")
        .endsWell();
  }
}
