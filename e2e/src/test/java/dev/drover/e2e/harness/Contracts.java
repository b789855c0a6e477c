package dev.drover.e2e.harness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the OpenAPI documents say, for tests that go through all operations. */
public final class Contracts {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("announceOrchestrator", "{\"entity_id\":\"ENTITY\"}"),
          Map.entry("refreshToken", "{}"),
          Map.entry("registerOrchestrator", "{}"),
          Map.entry("acknowledgeEvents", "{\"event_ids\":[\"evt-1\"]}"),
          Map.entry("orchestratorHeartbeat", "{\"status\":\"healthy\"}"),
          Map.entry("createEntity", "{\"id\":\"-1\",\"wrong\""),
          Map.entry("replaceEntity", "{\"id\":\"another\"}"),
          Map.entry("importItems", "{}"),
          Map.entry("createItem", "{\"id\":\"area-1\"}"),
          Map.entry("replaceItemByBody", "{}"),
          Map.entry("replaceItem", "{\"id\":\"another\"}"));

  /** One operation of the contract. */
  public record Operation(String id, String method, String template, boolean takesBody) {
    /** A path of the operation for an entity. */
    public String path(String entity) {
      return template
          .replace("{entity_id}", entity)
          .replace("{collection}", "areas")
          .replace("{item_id}", "no-such-area")
          .replace("{beacon_id}", "no-such-beacon")
          .replace("{request_id}", "no-such-request")
          .replace("{orchestrator_id}", "no-such-orchestrator")
          .replace("{kid}", "no-such-key")
          .replace("{registration_id}", "no-such-registration")
          .replace("{parked_id}", "4711");
    }

    /** A body that the operation understands but that changes nothing; null when it takes none. */
    public String harmlessBody() {
      return takesBody ? BODIES.getOrDefault(id, "{}") : null;
    }

    /**
     * Status and error body of a harmless call. A granted stream is left at once; the WebSocket is
     * asked for by hand, because the JDK's client does not show why a handshake was refused.
     */
    public String answerOf(JavaProcess process, String token, String entity) {
      if (id.equals("eventSocket")) {
        return handshake(process, token);
      }
      Api.Call call = new Api(process.url()).call(method, path(entity)).token(token);
      String body = harmlessBody();
      HttpResponse<InputStream> response =
          open(body == null ? call : call.json(body.replace("ENTITY", entity)));
      try (InputStream in = response.body()) {
        return response.statusCode()
            + (response.statusCode() < 400 ? "" : " " + new String(in.readAllBytes(), UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private String handshake(JavaProcess central, String token) {
      String request =
          "GET %s HTTP/1.1\r\nHost: central\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n";
      String bearer = token == null ? "" : "Authorization: Bearer " + token + "\r\n";
      return RawHttp.send(central.port(), request.formatted(template, bearer)).substring(9);
    }
  }

  private Contracts() {}

  private static HttpResponse<InputStream> open(Api.Call call) {
    try {
      return CLIENT.send(call.request(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** All operations of central, streams included. */
  public static List<Operation> central() {
    return operations(List.of("central.yaml", "central-streams.yaml"));
  }

  /** All operations of a mall. */
  public static List<Operation> mall() {
    return operations(List.of("orchestrator.yaml"));
  }

  /** The names of central's query parameters, as {@link #plain} writes them. */
  public static Set<String> queryNames() {
    Set<String> names = new TreeSet<>();
    for (String file : List.of("central.yaml", "central-streams.yaml")) {
      for (JsonNode parameter : read(file).findParents("in")) {
        if (parameter.path("in").asText().equals("query")) {
          names.add(plain(parameter.path("name").asText()));
        }
      }
    }
    return names;
  }

  /** A name of a query as the port compares it: without regard to case, {@code -} and {@code _}. */
  public static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  private static List<Operation> operations(List<String> files) {
    List<Operation> operations = new ArrayList<>();
    for (String file : files) {
      read(file)
          .path("paths")
          .properties()
          .forEach(
              path ->
                  path.getValue()
                      .properties()
                      .forEach(
                          method -> {
                            if (Set.of("get", "post", "put", "delete").contains(method.getKey())) {
                              operations.add(
                                  new Operation(
                                      method.getValue().path("operationId").asText(),
                                      method.getKey().toUpperCase(Locale.ROOT),
                                      path.getKey(),
                                      method.getValue().has("requestBody")));
                            }
                          }));
    }
    return operations;
  }

  /** Asserts that a message is what {@code proto/schemas/<schema>.schema.json} says. */
  public static void assertValid(String schema, JsonNode message) {
    Path file = JavaProcess.HOME.resolve("proto/schemas").resolve(schema + ".schema.json");
    JsonSchema validator =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(
                SchemaLocation.of(file.toUri().toString()),
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
    assertThat(validator.validate(message)).as(schema + ": " + message).isEmpty();
  }

  /** Asserts that an answer carries the whole error body of section 9.1. */
  public static void assertErrorBody(Api.Answer answer) {
    assertValid("error", answer.json());
    assertThat(answer.header("Content-Type")).startsWith("application/json");
    JsonNode error = answer.json().path("error");
    assertThat(error.path("request_id").asText()).isEqualTo(answer.header("X-Request-ID"));
    assertThat(answer.json().get("message")).isEqualTo(error.get("message"));
  }

  private static JsonNode read(String file) {
    Path path = JavaProcess.HOME.resolve("proto/openapi").resolve(file);
    try {
      return new ObjectMapper(new YAMLFactory()).readTree(path.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
