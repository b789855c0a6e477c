package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.inTurn;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What beacons say, and that each report is in the uplink before its answer. */
class BeaconsFlowTest extends FlowTest {
  private static final String BAD_SIGNATURE = "beaconProof.authenticate";

  BeaconsFlowTest() {
    super("orchestrator", "16-beacons");
  }

  @Test
  void aChallengeIsLimitedAndCostsNoWrite() {
    into("beacons-challenge-give")
        .run()
        .calls(
            "beaconProof.asked",
            "schemas.check(beacon-challenge-request, false)",
            "rateLimiter.check(challenges, 30/1m)",
            "beaconProof.challenge")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void aKnownDeviceRegistersAgain() {
    given("beaconProof.enrol", property("DroverBeaconId", "b1"));

    into("beacons-beacon-register")
        .run()
        .calls(
            """
            beaconProof.shown
            schemas.check(beacon-register-request, false)
            beaconProof.enrol
            beaconProof.pin
            rateLimiter.check(beacon-requests, 10/1m)
            beacons.prepareRegistration
            direct:uplink-accept
            beacons.register(auto)
            protocolLog.record(beacon_registered, a beacon is registered)\
            """)
        .sent("direct:uplink-accept", "DroverUplinkType", "beacon_register")
        .sent("direct:uplink-accept", "DroverUplinkKey", "b1")
        .sent("direct:uplink-accept", "DroverUplinkClass", "urgent")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void aNewDeviceIsCountedBeforeItsKeyIsPinned() {
    given("beaconProof.enrol", property("DroverNewDevice", true));

    into("beacons-beacon-register")
        .run()
        .calls(
            """
            beaconProof.shown
            schemas.check
            beaconProof.enrol
            rateLimiter.checkAddress(enrolments, 1000/1h)
            beaconProof.pin
            rateLimiter.check
            beacons.prepareRegistration
            direct:uplink-accept
            beacons.register
            protocolLog.record\
            """)
        .endsWell();
  }

  @Test
  void aRegistrationThatTheUplinkDoesNotTakeIsNotKept() {
    given(
        "direct:uplink-accept",
        failure(new ProtocolException(ErrorCode.STORAGE_FULL, "disk full")));

    into("beacons-beacon-register")
        .run()
        .endsWith("direct:uplink-accept", "errorRenderer.render")
        .endsWell();
  }

  @Test
  void aHeartbeatIsProvedLimitedAndInTheUplinkBeforeItsAnswer() {
    given("beaconProof.authenticate", property("DroverBeaconId", "b1"));

    into("beacons-heartbeat-receive")
        .run()
        .calls(
            """
            beaconProof.authenticate
            rateLimiter.check(beacon-requests, 10/1m)
            schemas.check(beacon-heartbeat-request, false)
            beacons.prepareHeartbeat
            direct:uplink-accept
            beacons.heartbeat\
            """)
        .sent("direct:uplink-accept", "DroverUplinkType", "beacon_heartbeat")
        .sent("direct:uplink-accept", "DroverUplinkKey", "b1")
        .sent("direct:uplink-accept", "DroverUplinkClass", "latest")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void newLogsAreSealedAndInTheUplinkBeforeTheyAreKept() {
    given("beaconProof.authenticate", property("DroverBeaconId", "b1"));
    given("accessLogs.prepare", property("DroverLogsFresh", 2));

    into("beacons-logs-receive")
        .run()
        .calls(
            """
            bodyRoom.take
            beaconProof.authenticate
            rateLimiter.check(beacon-requests, 10/1m)
            schemas.check(access-logs-request, false)
            accessLogs.prepare
            accessLogs.seal
            direct:uplink-accept
            accessLogs.store
            protocolLog.record(access_logs_stored, access logs of a beacon)\
            """)
        .sent("direct:uplink-accept", "DroverUplinkType", "access_logs")
        .sent("direct:uplink-accept", "DroverUplinkKey", "b1")
        .sent("direct:uplink-accept", "DroverUplinkClass", "normal")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void logsThatTheMallHasAreAnsweredAndNotSentAgain() {
    given("accessLogs.prepare", property("DroverLogsFresh", 0));

    into("beacons-logs-report")
        .run()
        .calls("schemas.check", "accessLogs.prepare", "accessLogs.store", "protocolLog.record")
        .endsWell();
  }

  @Test
  void aRefusedSignatureCountsAgainstItsAddress() {
    given(
        BAD_SIGNATURE,
        failure(new ProtocolException(ErrorCode.AUTH_INVALID_SIGNATURE, "wrong key")));

    into("beacons-heartbeat-receive")
        .run()
        .calls(
            BAD_SIGNATURE,
            "rateLimiter.checkAddress(failed-signatures, 30/1m)",
            "errorRenderer.render")
        .endsWell();
  }

  @Test
  void tooManyRefusedSignaturesAreRenderedAsThat() {
    given(
        BAD_SIGNATURE,
        failure(new ProtocolException(ErrorCode.AUTH_INVALID_SIGNATURE, "wrong key")));
    given(
        "rateLimiter.checkAddress",
        failure(new ProtocolException(ErrorCode.RATE_LIMIT_EXCEEDED, "too many")));

    into("beacons-heartbeat-receive")
        .run()
        .calls(BAD_SIGNATURE, "rateLimiter.checkAddress", "errorRenderer.render")
        .endsWell();
  }

  @Test
  void anotherRefusalCountsAgainstNobody() {
    given(BAD_SIGNATURE, failure(new ProtocolException(ErrorCode.RATE_LIMIT_EXCEEDED, "too many")));

    into("beacons-heartbeat-receive").run().calls(BAD_SIGNATURE, "errorRenderer.render").endsWell();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "beacons-challenge-give, beaconProof.asked",
    "beacons-challenge-give, schemas.check",
    "beacons-challenge-give, rateLimiter.check",
    "beacons-beacon-register, beaconProof.shown",
    "beacons-beacon-register, schemas.check",
    "beacons-beacon-register, beaconProof.enrol",
    "beacons-beacon-register, rateLimiter.check",
    "beacons-heartbeat-receive, rateLimiter.check",
    "beacons-heartbeat-receive, schemas.check",
    "beacons-logs-receive, bodyRoom.take",
    "beacons-logs-receive, beaconProof.authenticate",
    "beacons-logs-receive, rateLimiter.check",
    "beacons-logs-receive, schemas.check",
    "beacons-beacon-approve, authenticator.authenticate",
    "beacons-beacon-approve, authoriser.authorise",
    "beacons-beacon-approve, beacons.approve",
    "beacons-beacon-forget, authenticator.authenticate",
    "beacons-beacon-forget, authoriser.authorise",
    "beacons-beacon-forget, beacons.forget"
  })
  void whatIsRefusedIsRenderedAndGoesNoFurther(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render").endsWell();
  }

  @Test
  void askedLogsGoPageByPageIntoTheUplink() {
    given("accessLogs.request", property("DroverLogsMore", true));
    given(
        "accessLogs.nextPage",
        inTurn(property("DroverLogsMore", true), property("DroverLogsMore", false)));

    into("beacons-logs-answer")
        .run()
        .calls(
            """
            accessLogs.request
            accessLogs.nextPage(500)
            accessLogs.seal
            direct:uplink-accept
            accessLogs.nextPage(500)
            accessLogs.seal
            direct:uplink-accept\
            """)
        .endsWell();
  }

  @Test
  void noLogsAreNoPage() {
    into("beacons-logs-answer").run().calls("accessLogs.request").endsWell();
  }

  @Test
  void aPageThatTheUplinkDoesNotTakeFailsSoThatTheRequestComesAgain() {
    given("accessLogs.request", property("DroverLogsMore", true));
    given("direct:uplink-accept", failure(new IllegalStateException("disk full")));

    into("beacons-logs-answer")
        .run()
        .calls(
            "accessLogs.request", "accessLogs.nextPage", "accessLogs.seal", "direct:uplink-accept")
        .failsWith("disk full");
  }

  @Test
  void centralsAnswerToAHeartbeatBringsCommandsAndRevocation() {
    into("beacons-heartbeat-answered")
        .run()
        .calls("beacons.takeCommands", "beaconRevocations.takeAnswer")
        .endsWell();
  }

  @Test
  void centralDoesNotApproveWhenTheMallLetsEverybodyIn() {
    into("beacons-registration-answered").run().calls("beaconRevocations.takeAnswer").endsWell();
  }

  @Test
  void centralApprovesWhenItDecides() throws Exception {
    withSetting(
        "drover.beacons.approval",
        "central",
        () ->
            into("beacons-registration-answered")
                .run()
                .calls("beaconRevocations.takeAnswer", "beacons.takeApproval")
                .endsWell());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "beacons-beacon-approve, approve, 'protocolLog.record(beacon_approved, an operator lets a beacon in, b-1)'",
    "beacons-beacon-forget, forget, 'protocolLog.record(beacon_forgotten, an operator lets a device come with a new key, b-1)'"
  })
  void operatorsOfThisMallSeeAndDecide(String route, String method, String line) {
    into(route)
        .header("entity_id", "mall-2")
        .header("beacon_id", "b-1")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "beacons." + method,
            line)
        .sent("authoriser.authorise", "entity_id", "mall-1")
        .header("Content-Type", method.equals("forget") ? null : "application/json")
        .endsWell();
  }
}
