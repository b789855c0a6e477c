package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.all;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.header;
import static dev.drover.flows.harness.Effect.inTurn;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.Effect;
import dev.drover.flows.harness.FlowTest;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

/** Every request to central, and how a request that only reads is asked again. */
class CentralReadsFlowTest extends FlowTest {
  private static final String CENTRAL = "http://127.0.0.1:3000";

  private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("central");

  CentralReadsFlowTest() {
    super("orchestrator", "08-central-reads");
    real("centralBreaker", breaker);
  }

  private static Effect rethrow() {
    return exchange -> {
      throw exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    };
  }

  @Test
  void aRequestIsSentAndItsAnswerChecked() {
    into("central-request-send")
        .run()
        .calls("centralCalls.begin", CENTRAL, "centralCalls.take", "centralCalls.check")
        .endsWell();
  }

  @Test
  void withinAPauseThatCentralAskedForNothingIsSent() {
    given("centralCalls.begin", failure(new IllegalStateException("pause")));

    into("central-request-send").run().calls("centralCalls.begin").failsWith("pause");
  }

  @Test
  void whileCentralIsAwayNothingIsSentAndWhoAskedHearsOfIt() {
    given("centralCalls.away", failure(new IllegalStateException("away")));
    breaker.transitionToOpenState();
    try {
      into("central-request-send")
          .run()
          .calls("centralCalls.begin", "centralCalls.away")
          .failsWith("away");
    } finally {
      breaker.transitionToClosedState();
    }
  }

  @Test
  void anAnswerThatBreaksOffIsNotJudged() {
    given("centralCalls.take", failure(new IllegalStateException("broke off")));
    given("centralCalls.away", rethrow());

    into("central-request-send")
        .run()
        .calls("centralCalls.begin", CENTRAL, "centralCalls.take", "centralCalls.away")
        .failsWith("broke off");
  }

  @Test
  void aReadIsAskedOnce() {
    into("central-answer-read")
        .run()
        .calls(
            "centralReads.begin",
            "centralCalls.begin",
            CENTRAL,
            "centralCalls.take",
            "centralCalls.check")
        .endsWell();
  }

  @Test
  void aReadThatFailsIsAskedAgainWholeUntilItIsAnswered() {
    given(
        "centralReads.process",
        inTurn(
            all(property("DroverReadAgain", true), header("CamelRedeliveryDelay", 1L)),
            property("DroverReadAgain", false)));
    given(CENTRAL, inTurn(failure(new IllegalStateException("no line")), exchange -> null));
    given("centralCalls.away", rethrow());

    into("central-answer-read")
        .run()
        .calls(
            "centralReads.begin",
            "centralCalls.begin",
            CENTRAL,
            "centralCalls.away",
            "centralReads.process",
            "centralCalls.begin",
            CENTRAL,
            "centralCalls.take",
            "centralCalls.check")
        .endsWell();
  }

  @Test
  void aReadThatIsNotAskedAgainIsSaidAndCountsAsFailed() {
    given(
        "centralReads.process",
        all(property("DroverReadAgain", false), property("DroverReadWhat", "sync")));
    given(CENTRAL, failure(new IllegalStateException("no line")));
    given("centralCalls.away", rethrow());

    into("central-answer-read")
        .run()
        .calls(
            "centralReads.begin",
            "centralCalls.begin",
            CENTRAL,
            "centralCalls.away",
            "centralReads.process",
            "log WARN: sync: IllegalStateException: no line",
            "syncPlan.heed",
            "centralOutcomes.failed")
        .endsWell();
  }
}
