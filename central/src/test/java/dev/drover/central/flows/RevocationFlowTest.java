package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was granted is taken back, and who did it is logged. */
class RevocationFlowTest extends FlowTest {
  RevocationFlowTest() {
    super("central", "18-revocation");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          revocation-orchestrator-revoke  | operator, entity    | revocation-request, false | revocations.revoke        | revokedStreams.end | orchestrator_revoked, the tokens of an orchestrator are refused
          revocation-orchestrator-restore | operator, entity    | restore-request, true     | revocations.restore       |                    | orchestrator_restored, an orchestrator may register again
          revocation-beacon-revoke        | operator, entity    | revocation-request, false | beaconRevocations.revoke  |                    | beacon_revoked, a beacon is shut out
          revocation-beacon-restore       | operator, entity    | restore-request, true     | beaconRevocations.restore |                    | beacon_restored, a beacon is let in again
          keys-signing-rotate             | admin, every-entity | revocation-request, false | signingKeys.rotate        |                    | signing_key_rotated, a new key signs tokens
          keys-signing-retire             | admin, every-entity | revocation-request, false | signingKeys.retire        | revokedStreams.end | signing_key_retired, tokens of a former key are refused
          """)
  void itIsDoneOncePerKeyThenOpenStreamsEndThenItIsLogged(
      String route, String who, String schema, String call, String then, String line) {
    into(route)
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(" + who + ")",
            "schemas.check(" + schema + ")",
            "idempotency.begin",
            call,
            then == null ? "" : then,
            "protocolLog.record(" + line + ")",
            "idempotency.complete")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "revocation-orchestrator-revoke",
    "revocation-orchestrator-restore",
    "revocation-beacon-revoke",
    "revocation-beacon-restore",
    "keys-signing-rotate",
    "keys-signing-retire"
  })
  void aRepetitionDoesNothing(String route) {
    given("idempotency.begin", property("DroverReplayed", true));

    into(route).run().endsWith("schemas.check", "idempotency.begin").stops();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "revocation-orchestrator-revoke, authenticator.authenticate",
    "revocation-orchestrator-revoke, authoriser.authorise",
    "revocation-orchestrator-revoke, schemas.check",
    "revocation-orchestrator-revoke, revocations.revoke",
    "revocation-orchestrator-revoke, revokedStreams.end",
    "revocation-orchestrator-restore, authenticator.authenticate",
    "revocation-orchestrator-restore, authoriser.authorise",
    "revocation-orchestrator-restore, schemas.check",
    "revocation-beacon-revoke, authenticator.authenticate",
    "revocation-beacon-revoke, authoriser.authorise",
    "revocation-beacon-revoke, schemas.check",
    "revocation-beacon-restore, authenticator.authenticate",
    "revocation-beacon-restore, authoriser.authorise",
    "revocation-beacon-restore, schemas.check",
    "keys-signing-list, authenticator.authenticate",
    "keys-signing-list, authoriser.authorise",
    "keys-signing-rotate, authenticator.authenticate",
    "keys-signing-rotate, authoriser.authorise",
    "keys-signing-rotate, schemas.check",
    "keys-signing-retire, authenticator.authenticate",
    "keys-signing-retire, authoriser.authorise",
    "keys-signing-retire, schemas.check"
  })
  void whoIsRefusedChangesNothingAndNothingIsLogged(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render", "idempotency.complete").endsWell();
  }

  @Test
  void adminsSeeTheKeys() {
    into("keys-signing-list")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(admin, every-entity)",
            "signingKeys.list")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void whatOtherCentralsRevokedIsFollowed() {
    into("revocation-changes-follow")
        .run()
        .calls("signingKeys.reload", "revocations.reload")
        .endsWell();
  }

  @Test
  void keysThatCannotBeFollowedAreTriedAgainByTheClock() {
    given("signingKeys.reload", failure(new IllegalStateException("no store")));

    into("revocation-changes-follow")
        .run()
        .calls(
            "signingKeys.reload",
            "log WARN: revocation-changes-follow: no store; tried again later")
        .failsWith("no store");
  }
}
