package dev.drover.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.navign.RegisterRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each field of a registration is carried and checked (document 1, section 1). */
class RegisterRequestTest {
  private static ObjectNode sample() throws IOException {
    return Json.object(
        Files.readAllBytes(Path.of("samples/1-navign-protocol/1-register-request.json")));
  }

  private static RegisterRequest parse(ObjectNode json) {
    return RegisterRequest.parse(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void e1EachFieldIsCarried() throws IOException {
    ObjectNode json = sample();
    RegisterRequest request = parse(json);
    assertThat(request.entityId()).isEqualTo(json.path("entity_id").textValue());
    assertThat(request.orchestratorId()).isEqualTo(json.path("orchestrator_id").textValue());
    assertThat(request.version()).isEqualTo(json.path("version").textValue());
    assertThat(request.capabilities())
        .containsExactly("task_assignment", "firmware_distribution", "beacon_management");
    assertThat(request.publicKey()).isEqualTo(json.path("public_key").textValue());
    assertThat(request.heartbeatInterval()).isEqualTo(json.path("heartbeat_interval").intValue());
    assertThat(request.localAddress()).isEqualTo(json.path("local_address").textValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "entity_id          | '' ",
        "entity_id          | 'a b'",
        "orchestrator_id    | 'a/b'",
        "version            | ''",
        "capabilities       | 'task_assignment'",
        "public_key         | ''",
        "heartbeat_interval | '60'",
        "local_address      | ' '"
      })
  void e1EachFieldIsCheckedAndNamed(String field, String wrong) throws IOException {
    for (ObjectNode json : new ObjectNode[] {sample().put(field, wrong), without(field)}) {
      assertThatThrownBy(() -> parse(json))
          .isInstanceOfSatisfying(
              ProtocolException.class,
              refusal -> {
                assertThat(refusal.code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
                assertThat(refusal.details()).containsEntry("field", field);
              });
    }
  }

  private static ObjectNode without(String field) throws IOException {
    ObjectNode json = sample();
    json.remove(field);
    return json;
  }
}
