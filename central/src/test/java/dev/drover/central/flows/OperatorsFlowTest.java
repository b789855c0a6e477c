package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators see of beacons and logs, and what they ask for. */
class OperatorsFlowTest extends FlowTest {
  OperatorsFlowTest() {
    super("central", "17-operators");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "listOrchestrators, presence.list",
    "listRegistrations, registrationRequests.list",
    "beaconStatus, beaconOperations.status",
    "listAccessLogs, accessLogs.list",
    "readAccessLogRequest, accessLogRequests.read"
  })
  void operatorsRead(String operation, String call) {
    into("operators-state-read")
        .operation(operation)
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise(operator, entity)", call)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void whatNoBranchKnowsIsNotRead() {
    into("operators-state-read")
        .operation("approveBeacon")
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "operators-logs-request, access-log-query, accessLogRequests.request, 'access_logs_requested, an operator asks for access logs'",
    "operators-beacon-command, beacon-command-request, beaconOperations.command, 'beacon_command_queued, a command waits for a beacon, b-1'",
    "operators-beacon-approve, , beaconOperations.approve, 'beacon_approved, an operator lets a beacon in, b-1'"
  })
  void operatorsAskForSomethingOncePerKey(String route, String schema, String call, String line) {
    into(route)
        .header("beacon_id", "b-1")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "idempotency.begin",
            schema == null ? "" : "schemas.check(" + schema + ", false)",
            call,
            "protocolLog.record(" + line + ")",
            "idempotency.complete")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"operators-logs-request", "operators-beacon-command", "operators-beacon-approve"})
  void aRepetitionDoesNothing(String route) {
    given("idempotency.begin", property("DroverReplayed", true));

    into(route).run().endsWith("idempotency.begin").stops();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "operators-state-read, authenticator.authenticate",
    "operators-state-read, authoriser.authorise",
    "operators-state-read, presence.list",
    "operators-logs-request, authenticator.authenticate",
    "operators-logs-request, authoriser.authorise",
    "operators-logs-request, schemas.check",
    "operators-logs-request, accessLogRequests.request",
    "operators-beacon-approve, authenticator.authenticate",
    "operators-beacon-approve, authoriser.authorise",
    "operators-beacon-approve, beaconOperations.approve",
    "operators-beacon-command, authenticator.authenticate",
    "operators-beacon-command, authoriser.authorise",
    "operators-beacon-command, schemas.check",
    "operators-beacon-command, beaconOperations.command"
  })
  void whatIsRefusedChangesNothing(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route)
        .operation("listOrchestrators")
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }
}
