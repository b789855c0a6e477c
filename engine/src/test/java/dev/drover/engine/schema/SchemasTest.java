package dev.drover.engine.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages are checked by their schemas, and the field is named in the protocol's path. */
class SchemasTest {
  private static final Path PROTO = Path.of(System.getProperty("drover.home", ".."), "proto");
  private final Schemas schemas = new Schemas(PROTO.resolve("schemas"));

  private static JsonNode json(String text) {
    return Json.tree(text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "heartbeat-request|{\"status\":\"healthy\",\"uptime_seconds\":\"x\"}|uptime_seconds",
        "heartbeat-request|{\"status\":\"healthy\",\"uptime_seconds\":-1}|uptime_seconds",
        "heartbeat-request|{\"status\":\"healthy\",\"timestamp\":5}|timestamp",
        "heartbeat-request|{\"status\":\"healthy\",\"metrics\":[]}|metrics",
        "heartbeat-request|{\"status\":\"healthy\",\"connected_robots\":1.5}|connected_robots",
        "heartbeat-request|{\"status\":\"healthy\",\"metrics\":{\"cpu_percent\":\"9\"}}|metrics.cpu_percent",
        "heartbeat-request|{\"status\":\"well\"}|status",
        "heartbeat-request|{}|status",
        "heartbeat-request|[]|$",
        "event-ack-request|{\"event_ids\":[5]}|event_ids[0]",
        "event-ack-request|{\"event_ids\":[\"a\",null]}|event_ids[1]",
        "event-ack-request|{\"event_ids\":{}}|event_ids",
        "event-ack-request|{}|event_ids",
        "access-logs-request|{\"beacon_id\":\"b\",\"logs\":[{\"timestamp\":\"2025-01-08T10:30:00Z\"}]}|logs[0].result",
      })
  void b7AWrongTypeIsRefusedWithItsField(String schema, String message, String field) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> schemas.require(schema, json(message)))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
              assertThat(e.details()).containsEntry("field", field).containsEntry("schema", schema);
              assertThat(e.getMessage()).startsWith(field + ": ");
            });
  }

  @Test
  void aSchemaThatIsNotThereIsSaid() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> schemas.require("no-such", json("{}")))
        .withMessageContaining("no-such.schema.json");
  }

  @Test
  void theBodyIsParsedOnceAndHandedOn() throws IOException {
    byte[] body =
        Files.readAllBytes(PROTO.resolve("samples/1-navign-protocol/7.2-heartbeat-request.json"));
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getMessage().setBody(body);
    schemas.check(exchange, "heartbeat-request");
    JsonNode tree = ParsedBody.tree(exchange);
    assertThat(ParsedBody.tree(exchange)).isSameAs(tree);
    exchange.getMessage().setBody("{\"other\":1}");
    assertThat(ParsedBody.object(exchange).path("other").intValue()).isEqualTo(1);
  }

  @Test
  void oneWrongMessageCostsNoMoreThanARightOne() {
    StringBuilder many = new StringBuilder("{\"event_ids\":[1");
    many.append(",1".repeat(200_000)).append("]}");
    JsonNode message = json(many.toString());
    long before = System.nanoTime();
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> schemas.require("event-ack-request", message));
    assertThat(System.nanoTime() - before).isLessThan(2_000_000_000L);
  }
}
