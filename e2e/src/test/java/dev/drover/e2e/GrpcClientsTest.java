package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Clients;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Program;
import dev.drover.e2e.harness.Shared;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Malls on gRPC libraries that we did not write: @grpc/grpc-js from npm and Python's grpcio. */
class GrpcClientsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CentralProcess central = Shared.central();
  private final Mall mall = Mall.fresh("grpc");

  private String address() {
    return "127.0.0.1:" + central.grpcPort();
  }

  private void write(String id) {
    String path = "/api/entities/" + mall.entity() + "/merchants";
    assertThat(central.api().post(path, central.admin(), "{\"id\":\"" + id + "\"}").status())
        .isEqualTo(201);
  }

  private static JsonNode said(Program client, String what) throws IOException {
    return JSON.readTree(client.await("{\"what\":\"" + what + "\""));
  }

  private static void assertRefused(Program client, String what, String status, String code)
      throws IOException {
    JsonNode line = said(client, what);
    assertThat(line.path("status").asText()).as(what).isEqualTo(status);
    assertThat(line.path("code").asText(null)).as(what).isEqualTo(code);
  }

  private void doesAllThatAMallDoes(Program client) throws IOException {
    assertThat(said(client, "registered").path("assigned_id").asText()).isNotEmpty();
    JsonNode full = said(client, "full");
    assertThat(full.path("merchants")).extracting(JsonNode::asText).containsExactly("m-1", "m-2");
    assertThat(full.path("verified").asBoolean()).isTrue();
    JsonNode heartbeat = said(client, "heartbeat");
    assertThat(heartbeat.path("acknowledged").asBoolean()).isTrue();
    assertThat(heartbeat.path("next").asInt()).isEqualTo(60);

    assertRefused(client, "no token", "UNAUTHENTICATED", "AUTH_TOKEN_MISSING");
    assertRefused(client, "foreign entity", "PERMISSION_DENIED", "ENTITY_FORBIDDEN");
    assertRefused(client, "too often", "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED");
    assertRefused(client, "later", "UNIMPLEMENTED", null);
    assertRefused(client, "unknown", "UNIMPLEMENTED", null);

    assertThat(said(client, "listening").path("cursor").asText()).startsWith("evt-");
    client.await("EVENT_TYPE_PING");
    write("m-3");
    JsonNode event = JSON.readTree(client.await("EVENT_TYPE_DATA_UPDATE"));
    assertThat(event.at("/payload/changes/merchants")).extracting(JsonNode::asText).contains("m-3");
    assertThat(said(client, "delta").path("changes"))
        .extracting(JsonNode::asText)
        .contains("CHANGE_OPERATION_CREATE merchant m-3");
    assertThat(client.lines()).noneMatch(line -> line.contains("{\"what\":\"end\""));
  }

  private void prepare() {
    assertThat(
            central
                .api()
                .post("/api/entities", central.admin(), "{\"id\":\"" + mall.entity() + "\"}")
                .status())
        .isEqualTo(201);
    write("m-1");
    write("m-2");
  }

  @Test
  void grpcJsDoesAllThatAMallDoes() throws IOException {
    Path clients = Clients.npm();
    prepare();
    String protos = JavaProcess.HOME.resolve("proto/grpc").toString();
    try (Program node =
        Program.run(clients, "node", "grpc.mjs", protos, address(), mall.entity())) {
      doesAllThatAMallDoes(node);
    }
  }

  @Test
  void pythonsGrpcioDoesAllThatAMallDoes() throws IOException {
    Path python = Clients.python();
    prepare();
    Path directory = Clients.DIRECTORY;
    try (Program grpcio =
        Program.run(directory, python.toString(), "grpc_mall.py", address(), mall.entity())) {
      doesAllThatAMallDoes(grpcio);
    }
  }

  @Test
  void aCentralThatEndsTellsStreamsToComeBack() throws IOException {
    Path clients = Clients.npm();
    String protos = JavaProcess.HOME.resolve("proto/grpc").toString();
    try (CentralProcess other = CentralProcess.alone("grpc-ends", Map.of())) {
      other.start();
      try (Program node =
          Program.run(
              clients, "node", "grpc.mjs", protos, "127.0.0.1:" + other.grpcPort(), "mall-end")) {
        node.await("{\"what\":\"listening\"");
        assertThat(other.stop(Duration.ofSeconds(20))).isTrue();
        assertThat(said(node, "end").path("status").asText()).isEqualTo("UNAVAILABLE");
      }
    }
  }
}
