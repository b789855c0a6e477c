package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.drover.flows.harness.FlowTest;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.GroupedMessageAggregationStrategy;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.Test;

/** What was written is told: published first, forgotten only after that. */
class EventRelayFlowTest extends FlowTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  EventRelayFlowTest() {
    super("central", "06-event-relay");
    real("messagesInOrder", new GroupedMessageAggregationStrategy());
  }

  private static org.apache.camel.Message event(String type, Object body) {
    org.apache.camel.Message message = new DefaultMessage(new DefaultCamelContext());
    message.setHeader("event", type);
    message.setBody(body);
    return message;
  }

  private static org.apache.camel.Message facts(String entity) {
    return event(
        "data_update",
        JSON.valueToTree(
            Map.of(
                "entity_id",
                entity,
                "updated_at",
                "2026-01-01T00:00:00Z",
                "changes",
                List.of("areas"),
                "checksum",
                "c",
                "event_key",
                "k-" + entity,
                "from_seq",
                1,
                "to_seq",
                2)));
  }

  @Test
  void theEventsOfAllEntitiesArePublishedTogetherInTheirOrder() throws Exception {
    var run =
        into("events-relay-publish")
            .body(List.of(facts("mall-1"), facts("mall-2")))
            .run()
            .calls(
                "schemas.check(data-update, false)",
                "schemas.check(data-update, false)",
                "kafka:drover.events")
            .endsWell();

    Object first = run.made("schemas.check").get(0).body();
    assertThat(JSON.readTree(first.toString()))
        .isEqualTo(
            JSON.readTree(
                """
                {"type": "entity_update", "entity_id": "mall-1",
                 "updated_at": "2026-01-01T00:00:00Z", "changes": ["areas"],
                 "checksum": "c", "event_key": "k-mall-1"}
                """));
    assertThat(run.made("kafka:drover.events").get(0).body())
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
        .hasSize(2);
  }

  @Test
  void whatOperatorsCausedIsATextAlready() throws Exception {
    String text = "{\"request_id\":\"req-1\"}";
    var run =
        into("events-relay-publish")
            .body(List.of(event("access_log_request", text)))
            .run()
            .calls("kafka:drover.events")
            .endsWell();

    assertThat((List<?>) run.made("kafka:drover.events").get(0).body())
        .singleElement()
        .isInstanceOfSatisfying(
            org.apache.camel.Message.class,
            message -> assertThat(message.getBody()).isEqualTo(text));
  }

  @Test
  void nothingIsPublishedWhenOneTextIsNotWhatAMallWouldTake() {
    given("schemas.check", failure(new IllegalArgumentException("no checksum")));

    into("events-relay-publish")
        .body(List.of(facts("mall-1"), facts("mall-2")))
        .run()
        .calls("schemas.check", "log WARN: events-relay-publish: no checksum; tried again later")
        .failsWith("no checksum");
  }

  @Test
  void whatTheLogDoesNotTakeFailsSoThatTheOutboxKeepsIt() {
    given("kafka:drover.events", failure(new IllegalStateException("no broker")));

    into("events-relay-publish")
        .body(List.of(facts("mall-1")))
        .run()
        .calls(
            "schemas.check",
            "kafka:drover.events",
            "log WARN: events-relay-publish: no broker; tried again later")
        .failsWith("no broker");
  }

  @Test
  void noEntityIsNoText() {
    given("schemas.check", property("never", true));

    into("events-relay-publish").body(List.of()).run().calls("kafka:drover.events").endsWell();
  }
}
