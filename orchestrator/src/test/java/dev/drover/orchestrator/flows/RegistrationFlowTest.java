package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
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

  @Test
  void aMallWithoutTokenRegisters() {
    given("registration.plan", property("DroverTokenNeed", "registration"));

    into("registration-token-check")
        .run()
        .calls(
            """
            registration.plan
            registration.writeRegistration
            direct:call-central
            registration.take
            centralOutcomes.well
            protocolLog.record(orchestrator_registered, central knows this mall)\
            """)
        .sent("direct:call-central", "CamelHttpPath", "/api/orchestrators/register")
        .endsWell();
  }

  @Test
  void aTokenThatEndsSoonIsExchangedWithItsOwnRight() {
    given("registration.plan", property("DroverTokenNeed", "refresh"));

    into("registration-token-check")
        .run()
        .calls(
            """
            registration.plan
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

  @Test
  void aGoodTokenNeedsNothing() {
    into("registration-token-check").run().calls("registration.plan").endsWell();
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
