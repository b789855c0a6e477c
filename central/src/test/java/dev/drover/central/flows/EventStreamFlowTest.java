package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mall opens its stream, in any encoding by the same grant. */
class EventStreamFlowTest extends FlowTest {
  EventStreamFlowTest() {
    super("central", "02-event-stream");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "events-sse-open",
        "events-sse-open-doubled",
        "events-ws-open",
        "events-grpc-open",
        "events-grpc-open-appendix"
      })
  void everyEncodingAsksForTheSameGrant(String route) {
    into(route)
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(orchestrator,operator, entity)
            presence.subscribe
            protocolLog.record(stream_opened, a mall listens)\
            """)
        .endsWell();
  }

  @ParameterizedTest(name = "refused by {0}")
  @CsvSource({"authenticator.authenticate", "authoriser.authorise", "presence.subscribe"})
  void whoIsRefusedGetsNoGrantAndIsNotSaidToListen(String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into("events-sse-open")
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }
}
