package dev.drover.engine.sse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.events.EventHeaders;
import dev.drover.engine.events.EventLogComponent;
import dev.drover.engine.events.EventLogEndpoint;
import dev.drover.engine.grpc.GrpcCallComponent;
import dev.drover.engine.grpc.GrpcCallEndpoint;
import dev.drover.engine.grpc.GrpcEventsComponent;
import dev.drover.engine.grpc.GrpcEventsEndpoint;
import dev.drover.engine.mqttbatch.MqttBatchComponent;
import dev.drover.engine.mqttbatch.MqttBatchEndpoint;
import dev.drover.engine.outbox.OutboxComponent;
import dev.drover.engine.outbox.OutboxEndpoint;
import dev.drover.engine.stream.StreamHeaders;
import dev.drover.engine.ws.WsComponent;
import dev.drover.engine.ws.WsConfiguration;
import dev.drover.engine.ws.WsConstants;
import dev.drover.engine.ws.WsEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Category;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The component descriptors say what the annotations say. After a change of an option, copy the
 * file from target/descriptors over the old one.
 */
class DescriptorTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  record Described(Class<?> component, Class<?> endpoint, Class<?> options, Class<?>... constants) {
    @Override
    public String toString() {
      return endpoint.getAnnotation(UriEndpoint.class).scheme();
    }
  }

  static Stream<Described> components() {
    return Stream.of(
        new Described(
            SseComponent.class,
            SseEndpoint.class,
            SseConfiguration.class,
            StreamHeaders.class,
            EventHeaders.class),
        new Described(
            WsComponent.class,
            WsEndpoint.class,
            WsConfiguration.class,
            StreamHeaders.class,
            EventHeaders.class,
            WsConstants.class),
        new Described(GrpcCallComponent.class, GrpcCallEndpoint.class, GrpcCallEndpoint.class),
        new Described(
            GrpcEventsComponent.class,
            GrpcEventsEndpoint.class,
            GrpcEventsEndpoint.class,
            StreamHeaders.class,
            EventHeaders.class),
        new Described(
            EventLogComponent.class,
            EventLogEndpoint.class,
            EventLogEndpoint.class,
            EventHeaders.class),
        new Described(OutboxComponent.class, OutboxEndpoint.class, OutboxEndpoint.class),
        new Described(MqttBatchComponent.class, MqttBatchEndpoint.class, MqttBatchEndpoint.class));
  }

  @ParameterizedTest
  @MethodSource("components")
  void equalsTheAnnotations(Described described) throws Exception {
    ObjectNode expected = describe(described);
    Path fresh = Path.of("target", "descriptors", described + ".json");
    Files.createDirectories(fresh.getParent());
    Files.writeString(fresh, JSON.writeValueAsString(expected) + "\n");
    String path =
        "META-INF/"
            + described.component.getPackageName().replace('.', '/')
            + "/"
            + described
            + ".json";
    try (InputStream shipped = getClass().getClassLoader().getResourceAsStream(path)) {
      assertThat(shipped).as(path).isNotNull();
      assertThat(JSON.readTree(shipped)).as("compare with " + fresh).isEqualTo(expected);
    }
  }

  private static ObjectNode describe(Described d) throws IllegalAccessException, IOException {
    UriEndpoint uri = d.endpoint.getAnnotation(UriEndpoint.class);
    ObjectNode root = JSON.createObjectNode();
    ObjectNode component = root.putObject("component");
    component.put("kind", "component");
    component.put("name", uri.scheme());
    component.put("title", uri.title());
    component.put("description", title(d));
    component.put("deprecated", false);
    component.put("firstVersion", uri.firstVersion());
    String label =
        Arrays.stream(uri.category()).map(Category::getValue).collect(Collectors.joining(","));
    component.put("label", label);
    component.put("javaType", d.component.getName());
    component.put("supportLevel", "Preview");
    component.put("groupId", "dev.drover");
    component.put("artifactId", "drover-engine");
    component.put("version", "0.1.0-SNAPSHOT");
    component.put("scheme", uri.scheme());
    component.put("extendsScheme", "");
    component.put("syntax", uri.syntax());
    component.put("async", false);
    component.put("api", false);
    component.put("consumerOnly", uri.consumerOnly());
    component.put("producerOnly", uri.producerOnly());
    component.put("lenientProperties", uri.lenientProperties());
    component.put("remote", true);
    root.putObject("componentProperties");
    headers(root.putObject("headers"), d.constants);
    ObjectNode properties = root.putObject("properties");
    options(properties, d.options);
    if (d.options != d.endpoint) {
      options(properties, d.endpoint);
    }
    options(properties, DefaultEndpoint.class);
    return root;
  }

  private static String title(Described d) {
    return switch (d.toString()) {
      case "sse" ->
          "Serve event streams to clients, deliver events to them, or listen to the event stream of"
              + " another server.";
      case "ws" ->
          "Serve event streams over WebSocket, deliver events to them, and take what clients send.";
      case "grpc-call" ->
          "Serve a unary gRPC method by a route, in the form of the REST operation of the same"
              + " purpose.";
      case "grpc-events" -> "Serve event streams over gRPC, and deliver events to them.";
      case "mqtt-batch" ->
          "Use MQTT 5 as a durable queue: read batches that are acknowledged only after the route"
              + " succeeded, and publish batches.";
      default -> "Read new events of the log, in order, and hand each to the streams.";
    };
  }

  private static void headers(ObjectNode headers, Class<?>[] constants)
      throws IllegalAccessException {
    for (Class<?> type : constants) {
      for (Field field : type.getFields()) {
        Metadata meta = field.getAnnotation(Metadata.class);
        ObjectNode header = headers.putObject((String) field.get(null));
        header.put("index", headers.size() - 1);
        header.put("kind", "header");
        header.put("displayName", "");
        header.put("group", meta.label());
        header.put("label", meta.label());
        header.put("required", meta.required());
        header.put("javaType", meta.javaType());
        header.put("deprecated", false);
        header.put("autowired", false);
        header.put("secret", false);
        header.put("description", meta.description());
        header.put("constantName", type.getName() + "#" + field.getName());
      }
    }
  }

  private static void options(ObjectNode properties, Class<?> type) {
    for (Field field : type.getDeclaredFields()) {
      UriPath path = field.getAnnotation(UriPath.class);
      UriParam param = field.getAnnotation(UriParam.class);
      boolean nested = field.getName().equals("configuration");
      if (nested || (path == null && param == null)) {
        continue;
      }
      Metadata meta = field.getAnnotation(Metadata.class);
      boolean required = meta != null && meta.required();
      if (path != null) {
        option(properties, field, "path", "", "", "", path.description(), required);
      } else {
        String description = param.description();
        if (description.isEmpty() && meta != null) {
          description = meta.description();
        }
        if (description.isEmpty()) {
          description = "See the documentation of Camel.";
        }
        option(
            properties,
            field,
            "parameter",
            param.label(),
            param.defaultValue(),
            param.javaType(),
            description,
            required);
      }
    }
  }

  private static void option(
      ObjectNode properties,
      Field field,
      String kind,
      String label,
      String defaultValue,
      String javaType,
      String description,
      boolean required) {
    ObjectNode option = properties.putObject(field.getName());
    option.put("index", properties.size() - 1);
    option.put("kind", kind);
    option.put("displayName", displayName(field.getName()));
    option.put("group", label.isEmpty() ? "common" : label.split(",")[0]);
    option.put("label", label);
    option.put("required", required);
    String java = javaType.isEmpty() ? field.getType().getName() : javaType;
    option.put("type", type(field.getType(), java));
    option.put("javaType", java);
    if (field.getType().isEnum()) {
      ArrayNode values = option.putArray("enum");
      Arrays.stream(field.getType().getEnumConstants()).forEach(v -> values.add(v.toString()));
    }
    option.put("deprecated", false);
    option.put("autowired", false);
    option.put("secret", false);
    if (!defaultValue.isEmpty()) {
      option.put("defaultValue", defaultValue);
    }
    option.put("description", description);
  }

  private static String type(Class<?> type, String java) {
    if (java.equals("java.time.Duration")) {
      return "duration";
    }
    if (type.isEnum()) {
      return "enum";
    }
    if (type == String.class) {
      return "string";
    }
    if (type == boolean.class) {
      return "boolean";
    }
    if (type == int.class) {
      return "integer";
    }
    return type == double.class ? "number" : "object";
  }

  private static String displayName(String name) {
    String words = name.replaceAll("([A-Z])", " $1");
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
