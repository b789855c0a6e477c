package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.all;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.Effect;
import dev.drover.flows.harness.FlowTest;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An orchestrator proves its key and becomes known, by the trust that operators have chosen. */
class RegistrationFlowTest extends FlowTest {
  private static final String REGISTER = "registration-orchestrator-register";
  private static final Effect TRUSTED = property("DroverTrusted", true);

  RegistrationFlowTest() {
    super("central", "01-registration");
  }

  @Test
  void aNewKeyIsCountedAndThenRegistered() {
    given("registration.trust", TRUSTED);

    into(REGISTER)
        .run()
        .calls(
            """
            registration.authenticate
            schemas.check(register-request, false)
            registration.refuseRevoked
            registration.trust(tofu)
            idempotency.begin
            registration.checkFresh(false)
            rateLimiter.check(register, 1/24h)
            registration.register
            protocolLog.record(orchestrator_registered, an orchestrator is registered)
            idempotency.complete\
            """)
        .header("Cache-Control", "no-store")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void aKnownKeyMayReturnUncounted() {
    given("registration.trust", all(TRUSTED, property("DroverKnownKey", true)));

    into(REGISTER)
        .run()
        .endsWith(
            """
            registration.checkFresh
            registration.register
            protocolLog.record
            idempotency.complete\
            """)
        .endsWell();
  }

  @Test
  void aKnownKeyIsCountedWhereRestartsGetNoTokenAtOnce() throws Exception {
    given("registration.trust", all(TRUSTED, property("DroverKnownKey", true)));

    withSetting(
        "drover.registration.reissue-on-restart",
        "false",
        () ->
            into(REGISTER)
                .run()
                .endsWith(
                    """
                    registration.checkFresh
                    rateLimiter.check
                    registration.register
                    protocolLog.record
                    idempotency.complete\
                    """)
                .endsWell());
  }

  @Test
  void whoWasRestoredMayReturnUncounted() {
    given("registration.trust", all(TRUSTED, property("DroverMayReturn", true)));

    into(REGISTER)
        .run()
        .endsWith(
            "registration.checkFresh",
            "registration.register",
            "protocolLog.record",
            "idempotency.complete")
        .endsWell();
  }

  @Test
  void whomNobodyApprovedWaitsAndGetsNoToken() {
    given("registration.trust", property("DroverTrusted", false));

    into(REGISTER)
        .run()
        .calls(
            """
            registration.authenticate
            schemas.check
            registration.refuseRevoked
            registration.trust
            rateLimiter.checkAddress(pending-registrations, 300/1h)
            registration.checkFresh(false)
            registrationRequests.keep
            protocolLog.record(registration_pending, a registration waits for an operator)\
            """)
        .header("Retry-After", "10")
        .header("Content-Type", "application/json")
        .header("Cache-Control", null)
        .stops();
  }

  @Test
  void anUnprovenKeyCountsAgainstItsAddressAndStops() {
    given(
        "registration.authenticate",
        failure(new ProtocolException(ErrorCode.AUTH_INVALID_SIGNATURE, "wrong key")));

    into(REGISTER)
        .run()
        .calls(
            "registration.authenticate",
            "rateLimiter.checkAddress(failed-signatures, 30/1m)",
            "errorRenderer.render")
        .stops();
  }

  @Test
  void tooManyUnprovenKeysAreRenderedOnceAndStop() {
    given(
        "registration.authenticate",
        failure(new ProtocolException(ErrorCode.AUTH_INVALID_SIGNATURE, "wrong key")));
    given(
        "rateLimiter.checkAddress",
        failure(new ProtocolException(ErrorCode.RATE_LIMIT_EXCEEDED, "too many")));

    into(REGISTER)
        .run()
        .calls("registration.authenticate", "rateLimiter.checkAddress", "errorRenderer.render")
        .stops();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "registration-orchestrator-register",
    "registration-token-refresh",
    "registration-orchestrator-announce",
    "registration-request-decide"
  })
  void aRepetitionGetsTheStoredAnswer(String route) {
    given("registration.trust", TRUSTED);
    given("idempotency.begin", property("DroverReplayed", true));

    into(route).run().endsWith("idempotency.begin").stops();
  }

  @Test
  void aTokenIsExchangedByItsPinnedKeyAndFresh() {
    into("registration-token-refresh")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(orchestrator, entity)
            registration.authenticateRefresh
            idempotency.begin
            registration.checkFresh(true)
            registration.refresh
            protocolLog.record(token_refreshed, a token was exchanged)
            idempotency.complete\
            """)
        .header("Cache-Control", "no-store")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void anOperatorAnnouncesAKey() {
    into("registration-orchestrator-announce")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(operator, entity)
            idempotency.begin
            schemas.check(announcement-request, false)
            registration.announce
            protocolLog.record(orchestrator_announced, an operator expects an orchestrator with this key)
            idempotency.complete\
            """)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "approveRegistration, approve, 'registration_approved, an operator let an orchestrator in'",
    "rejectRegistration, reject, 'registration_rejected, an operator refused an orchestrator'"
  })
  void anOperatorDecides(String operation, String method, String line) {
    into("registration-request-decide")
        .operation(operation)
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "schemas.check(decision-request, true)",
            "idempotency.begin",
            "registrationRequests." + method,
            "protocolLog.record(" + line + ")",
            "idempotency.complete")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "registration-orchestrator-register, schemas.check",
    "registration-orchestrator-register, registration.refuseRevoked",
    "registration-orchestrator-register, registration.trust",
    "registration-orchestrator-register, registration.checkFresh",
    "registration-orchestrator-register, rateLimiter.check",
    "registration-orchestrator-register, registration.register",
    "registration-approval-await, rateLimiter.checkAddress",
    "registration-approval-await, registration.checkFresh",
    "registration-token-refresh, authenticator.authenticate",
    "registration-token-refresh, authoriser.authorise",
    "registration-token-refresh, registration.authenticateRefresh",
    "registration-token-refresh, registration.checkFresh",
    "registration-orchestrator-announce, authenticator.authenticate",
    "registration-orchestrator-announce, authoriser.authorise",
    "registration-orchestrator-announce, schemas.check",
    "registration-request-decide, authenticator.authenticate",
    "registration-request-decide, authoriser.authorise",
    "registration-request-decide, schemas.check",
    "registration-request-decide, registrationRequests.approve"
  })
  void aRefusalIsTheAnswerAndStoredLikeOne(String route, String guard) {
    given("registration.trust", TRUSTED);
    given(guard, failure(new IllegalArgumentException("no")));

    into(route)
        .operation("approveRegistration")
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }

  @Test
  void withoutADecisionNothingIsDecided() {
    into("registration-request-decide")
        .operation("listRegistrations")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise",
            "schemas.check",
            "idempotency.begin",
            "idempotency.complete");
  }
}
