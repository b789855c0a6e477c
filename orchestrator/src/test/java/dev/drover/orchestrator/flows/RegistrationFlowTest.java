package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.Effect;
import dev.drover.flows.harness.FlowTest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The mall's token and central's keys: asked for when they are needed, stored before they count.
 */
class RegistrationFlowTest extends FlowTest {
  RegistrationFlowTest() {
    super("orchestrator", "01-registration");
  }

  private static Effect token(boolean usable, boolean ends, boolean asked, boolean may) {
    return body(
        Map.of("usable", usable, "ends_soon", ends, "refresh_asked", asked, "may_ask", may));
  }

  @Test
  void aMallWithoutTokenRegisters() {
    given("registration.look", token(false, false, false, true));

    into("registration-token-check")
        .run()
        .calls(
            """
            registration.look
            registration.writeRegistration
            direct:call-central
            registration.take
            centralOutcomes.well
            protocolLog.record(orchestrator_registered, central knows this mall)\
            """)
        .sent("direct:call-central", "CamelHttpPath", "/api/orchestrators/register")
        .endsWell();
  }

  @ParameterizedTest(name = "ends soon {0}")
  @CsvSource({"true", "false"})
  void aTokenThatEndsSoonOrThatCentralWantsIsExchangedWithItsOwnRight(boolean ends) {
    given("registration.look", token(true, ends, !ends, true));

    into("registration-token-check")
        .run()
        .calls(
            """
            registration.look
            centralCalls.authorise
            registration.writeRefresh
            direct:call-central
            registration.take
            centralOutcomes.well
            protocolLog.record(token_refreshed, the token was exchanged)\
            """)
        .sent("direct:call-central", "CamelHttpPath", "/api/orchestrators/token/refresh")
        .endsWell();
  }

  @ParameterizedTest(name = "usable {0}, ends soon {1}, asked {2}, may ask {3}")
  @CsvSource({"true, false, false, true", "false, false, false, false", "true, true, true, false"})
  void aGoodTokenNeedsNothingAndAWaitIsKept(
      boolean usable, boolean ends, boolean asked, boolean may) {
    given("registration.look", token(usable, ends, asked, may));

    into("registration-token-check").run().calls("registration.look").endsWell();
  }

  @Test
  void oldKeysAreAskedForAndStored() {
    given("centralKeys.plan", property("DroverKeysDue", true));

    into("registration-keys-fetch")
        .header("X-Of-The-Clock", "1")
        .run()
        .sent("direct:read-central", "X-Of-The-Clock", (Object) null)
        .calls(
            "centralKeys.plan", "direct:read-central", "centralKeys.take", "centralOutcomes.well")
        .sent("direct:read-central", "CamelHttpPath", "/.well-known/jwks.json")
        .endsWell();
  }

  @Test
  void freshKeysAreKept() {
    given("centralKeys.plan", property("DroverKeysDue", false));

    into("registration-keys-fetch").run().calls("centralKeys.plan").endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"registration-orchestrator-send", "registration-token-renew"})
  void aTokenThatIsNotStoredIsNotSaidToBeThere(String route) {
    given("registration.take", failure(new IllegalStateException("disk")));

    into(route)
        .header("X-Of-Another-Answer", "1")
        .run()
        .sent("direct:call-central", "X-Of-Another-Answer", (Object) null)
        .endsWith(
            "registration.take",
            "log WARN: " + route + ": IllegalStateException: disk",
            "centralOutcomes.failed")
        .endsWell();
  }
}
