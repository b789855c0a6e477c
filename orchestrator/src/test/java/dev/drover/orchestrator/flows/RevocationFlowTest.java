package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operators of the mall shut a beacon out and let it in again. */
class RevocationFlowTest extends FlowTest {
  RevocationFlowTest() {
    super("orchestrator", "18-revocation");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "beacons-beacon-revoke, 'revocation-request, false', revoke, 'beacon_revoked, a beacon is shut out'",
    "beacons-beacon-restore, 'restore-request, true', restore, 'beacon_restored, a beacon is let in again'"
  })
  void itIsDoneForOperatorsOfThisMallAndThenLogged(
      String route, String schema, String method, String line) {
    into(route)
        .header("entity_id", "mall-2")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "schemas.check(" + schema + ")",
            "beaconRevocations." + method,
            "protocolLog.record(" + line + ")")
        .sent("authoriser.authorise", "entity_id", "mall-1")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "beacons-beacon-revoke, authenticator.authenticate",
    "beacons-beacon-revoke, authoriser.authorise",
    "beacons-beacon-revoke, schemas.check",
    "beacons-beacon-revoke, beaconRevocations.revoke",
    "beacons-beacon-restore, authenticator.authenticate",
    "beacons-beacon-restore, authoriser.authorise",
    "beacons-beacon-restore, schemas.check",
    "beacons-beacon-restore, beaconRevocations.restore"
  })
  void whoIsRefusedChangesNothingAndNothingIsLogged(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render").endsWell();
  }
}
