package dev.drover.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Wire.Sample;
import dev.drover.proto.navign.RegisterRequest;
import dev.drover.proto.navign.RegisterResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The samples are what the schemas describe, and the records read and write them unchanged. */
class SamplesTest {
  private static final Path DOCUMENT = Wire.PROTO.resolve("samples/1-navign-protocol");

  /** An object of a sample that its schema describes, and where it stands. */
  private record Place(String pointer, JsonNode schema) {
    ObjectNode in(JsonNode sample) {
      return (ObjectNode) sample.at(pointer);
    }
  }

  /** The objects that the schema describes in place, those behind a $ref excepted. */
  private static List<Place> places(String pointer, JsonNode schema, JsonNode value) {
    List<Place> places = new ArrayList<>();
    if (value.isObject() && schema.has("properties")) {
      places.add(new Place(pointer, schema));
      for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
        String below = pointer + "/" + property.getKey();
        places.addAll(places(below, property.getValue(), value.path(property.getKey())));
      }
    }
    for (int i = 0; i < value.size() && value.isArray(); i++) {
      places.addAll(places(pointer + "/" + i, schema.path("items"), value.path(i)));
    }
    return places;
  }

  private static List<Place> places(Sample sample) {
    return places("", Wire.read(Wire.schemaFile(sample.schema())), sample.json());
  }

  private static DynamicTest refused(Sample sample, String what, JsonNode broken) {
    return DynamicTest.dynamicTest(
        sample + ": " + what,
        () -> assertThat(Wire.faults(sample.schema(), broken)).as(broken.toString()).isNotEmpty());
  }

  private static DynamicTest accepted(Sample sample, String what, JsonNode document) {
    return DynamicTest.dynamicTest(
        sample + ": " + what, () -> assertThat(Wire.faults(sample.schema(), document)).isEmpty());
  }

  @TestFactory
  Stream<DynamicTest> everySampleIsValid() {
    return Wire.samples().stream().map(sample -> accepted(sample, "as it is", sample.json()));
  }

  @Test
  void everySchemaHasASampleAndEverySampleASchema() {
    assertThat(new TreeSet<>(Wire.samples().stream().map(Sample::schema).toList()))
        .isEqualTo(new TreeSet<>(Wire.schemas()));
  }

  @Test
  void everyFieldOfASampleIsDescribed() {
    for (Sample sample : Wire.samples()) {
      for (Place place : places(sample)) {
        assertThat(place.schema().path("properties").fieldNames())
            .toIterable()
            .as(sample + " " + place.pointer())
            .containsAll(() -> place.in(sample.json()).fieldNames());
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> withoutARequiredFieldItIsRefused() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Sample sample : Wire.samples()) {
      for (Place place : places(sample)) {
        for (JsonNode field : place.schema().path("required")) {
          JsonNode broken = sample.json();
          place.in(broken).remove(field.textValue());
          tests.add(
              refused(sample, "without " + place.pointer() + "/" + field.textValue(), broken));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(100);
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> aFieldOfAnotherTypeIsRefused() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Sample sample : Wire.samples()) {
      for (Place place : places(sample)) {
        for (Map.Entry<String, JsonNode> property :
            place.schema().path("properties").properties()) {
          JsonNode broken = sample.json();
          if (place.in(broken).has(property.getKey())) {
            place.in(broken).set(property.getKey(), another(property.getValue()));
            tests.add(
                refused(sample, "another " + place.pointer() + "/" + property.getKey(), broken));
          }
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(100);
    return tests.stream();
  }

  private static JsonNode another(JsonNode schema) {
    boolean array = schema.path("type").asText().equals("array");
    return array ? JsonNodeFactory.instance.numberNode(1) : JsonNodeFactory.instance.arrayNode();
  }

  @TestFactory
  Stream<DynamicTest> anUnknownFieldIsAccepted() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Sample sample : Wire.samples()) {
      for (Place place : places(sample)) {
        JsonNode more = sample.json();
        place.in(more).put("from_a_later_version", true);
        tests.add(accepted(sample, "more in " + place.pointer(), more));
      }
    }
    return tests.stream();
  }

  @Test
  void aTimeIsRfc3339() {
    assertThat(Wire.faults("ping", Json.object("{\"timestamp\":\"yesterday\"}".getBytes(UTF_8))))
        .isNotEmpty();
  }

  @Test
  void anAcknowledgementNamesEvents() {
    ObjectNode none = Json.MAPPER.createObjectNode().put("status", "applied");
    assertThat(Wire.faults("event-ack-request", none)).isNotEmpty();
    none.putArray("event_ids");
    assertThat(Wire.faults("event-ack-request", none)).isNotEmpty();
    ((ArrayNode) none.path("event_ids")).add("evt-1");
    assertThat(Wire.faults("event-ack-request", none)).isEmpty();
  }

  @Test
  void aFrameHasAnIdAndTheDataOfItsEvent() {
    JsonNode frame = Wire.read(DOCUMENT.resolve("B-websocket-event.json"));
    ObjectNode nameless = frame.deepCopy();
    nameless.remove("id");
    assertThat(Wire.faults("websocket-event", nameless)).isNotEmpty();
    ObjectNode other = frame.deepCopy();
    other.put("event", "config_update");
    assertThat(Wire.faults("websocket-event", other)).isNotEmpty();
    other.put("event", "of_a_later_version");
    assertThat(Wire.faults("websocket-event", other)).isEmpty();
  }

  @Test
  void aRegistrationIsReadAndWrittenUnchanged() {
    List<Sample> samples = of("register-request");
    assertThat(samples).hasSize(2);
    for (Sample sample : samples) {
      RegisterRequest request = RegisterRequest.parse(Json.text(sample.json()).getBytes(UTF_8));
      assertThat(Json.tree(Json.text(request).getBytes(UTF_8))).isEqualTo(sample.json());
    }
  }

  @Test
  void itsAnswerIsReadAndWrittenUnchanged() throws Exception {
    JsonNode sample = of("register-response").get(0).json();
    RegisterResponse response = Json.MAPPER.treeToValue(sample, RegisterResponse.class);
    assertThat(response.expiresAt()).isEqualTo(1_735_862_400L);
    assertThat(response.syncEndpoints())
        .isEqualTo(RegisterResponse.SyncEndpoints.below("https://server.navign.com"));
    assertThat(Json.tree(Json.text(response).getBytes(UTF_8))).isEqualTo(sample);
  }

  @Test
  void theDocumentsErrorIsRenderedWithAMessageForOlderClients() {
    ObjectNode sample = (ObjectNode) Wire.read(DOCUMENT.resolve("9.1-error.json"));
    JsonNode error = sample.path("error");
    String rendered =
        ErrorBody.render(
            new ProtocolException(
                ErrorCode.valueOf(error.path("code").textValue()),
                error.path("message").textValue(),
                details(error.path("details"))),
            Instant.parse(error.path("timestamp").textValue()),
            error.path("request_id").textValue());
    sample.put("message", error.path("message").textValue());
    assertThat(Json.tree(rendered.getBytes(UTF_8))).isEqualTo(sample);
  }

  @TestFactory
  Stream<DynamicTest> everyErrorIsRenderedAsTheSchemaSays() {
    return Stream.of(ErrorCode.values())
        .map(
            code ->
                DynamicTest.dynamicTest(
                    code.name(),
                    () -> {
                      String body =
                          ErrorBody.render(
                              new ProtocolException(code, "why"), Instant.now(), "req-1");
                      assertThat(Wire.faults("error", Json.tree(body.getBytes(UTF_8)))).isEmpty();
                    }));
  }

  private static Map<String, Object> details(JsonNode details) {
    Map<String, Object> map = new LinkedHashMap<>();
    details.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().textValue()));
    return map;
  }

  private static List<Sample> of(String schema) {
    return Wire.samples().stream().filter(sample -> sample.schema().equals(schema)).toList();
  }
}
