package dev.drover.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.drover.engine.guard.Demands;
import dev.drover.engine.guard.Doors;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the port serves: the operations of its OpenAPI documents, found by method and path. It
 * decides between 404 and 405, and which query names and how many bytes an operation takes, before
 * any route sees the request.
 */
public final class Contract {
  private static final Set<String> METHODS =
      Set.of("get", "head", "post", "put", "delete", "patch", "options");

  /**
   * One operation of the contract.
   *
   * @param id the operationId; {@link OperationFlows} says which {@code direct:} route answers it
   * @param query the query parameters it declares, with the values that they may have; none for any
   * @param takesBody whether it declares a request body
   * @param maxBody the largest body it takes, in bytes ({@code x-max-body}; 1 MiB unless said
   *     otherwise, 4 KiB where no body is declared)
   * @param reserved whether threads of their own answer it ({@code x-reserved}), so that it is
   *     answered while all others are at work
   * @param bearer whether its {@code security} asks for a bearer token
   * @param tokenParameter the query parameter that may carry the token instead
   * @param proofs the headers that its {@code security} asks for
   * @param demands what every flow that answers it must have marked
   * @param entityAt which segment of its path names the entity; -1 when none does
   */
  public record Operation(
      String id,
      Map<String, List<String>> query,
      boolean takesBody,
      long maxBody,
      boolean reserved,
      boolean bearer,
      Optional<String> tokenParameter,
      Set<String> proofs,
      Demands demands,
      int entityAt) {

    /** The entity that a path of this operation names. */
    Optional<String> entity(String path) {
      return entityAt < 0
          ? Optional.empty()
          : Optional.of(segments(path).get(entityAt))
              .map(segment -> segment.replace("+", "%2B"))
              .map(segment -> URLDecoder.decode(segment, StandardCharsets.UTF_8));
    }

    /**
     * The declared spelling of a query name: names are read without regard to case, {@code -} and
     * {@code _}.
     */
    public Optional<String> parameter(String name) {
      String plain = plain(name);
      return query.keySet().stream().filter(declared -> plain(declared).equals(plain)).findFirst();
    }

    /** Whether a parameter may have this value, or is left empty; either case is right. */
    boolean takes(String parameter, String value) {
      List<String> values = query.get(parameter);
      return value.isBlank()
          || values.isEmpty()
          || values.stream().anyMatch(value::equalsIgnoreCase);
    }

    private static String plain(String name) {
      return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }
  }

  /** The result of a look-up: the operation, or the methods that the path would take. */
  public record Match(Optional<Operation> operation, Set<String> allowed) {}

  private static final long DEFAULT_MAX_BODY = 1 << 20;
  private static final long NO_BODY = 4_096;

  private static final class Node {
    private final Map<String, Node> literals = new HashMap<>();
    private Node parameter;
    private final Map<String, Operation> operations = new LinkedHashMap<>();
  }

  private final Node root = new Node();
  private final Map<String, Demands> methods = new HashMap<>();
  private final Map<String, Demands> frames = new HashMap<>();
  private final Map<String, Demands> topics = new HashMap<>();

  /** Reads the OpenAPI documents (YAML or JSON) of a port. */
  public static Contract of(Collection<Path> documents) {
    Contract contract = new Contract();
    ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
    for (Path document : documents) {
      try {
        contract.add(yaml.readTree(document.toFile()));
      } catch (IOException e) {
        throw new IllegalStateException("cannot read the contract " + document, e);
      }
    }
    return contract;
  }

  private void add(JsonNode document) {
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      Node node = node(path.getKey());
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        String method = operation.getKey();
        if (METHODS.contains(method)) {
          JsonNode shared = path.getValue().path("parameters");
          node.operations.put(
              method.toUpperCase(Locale.ROOT),
              operation(document, path.getKey(), operation.getValue(), shared));
        }
      }
    }
  }

  private Operation operation(JsonNode document, String path, JsonNode operation, JsonNode shared) {
    List<JsonNode> parameters = new ArrayList<>();
    shared.forEach(parameters::add);
    operation.path("parameters").forEach(parameters::add);
    Map<String, List<String>> query = new TreeMap<>();
    parameters.stream()
        .map(parameter -> resolve(document, parameter))
        .filter(parameter -> "query".equals(parameter.path("in").asText()))
        .forEach(parameter -> query.put(parameter.path("name").asText(), values(parameter)));
    JsonNode own = operation.path("security");
    JsonNode security = own.isMissingNode() ? document.path("security") : own;
    JsonNode schemes = document.at("/components/securitySchemes");
    boolean bearer = !schemes(security, schemes, "scheme", "bearer").isEmpty();
    Demands demands =
        new Demands(
            operation.path("operationId").asText(),
            operation.path(OperationFlows.FLOW).asText(operation.path("operationId").asText()),
            bearer,
            names(operation.path("x-proof")),
            names(operation.path("x-proof-once")),
            names(operation.path("x-durable")));
    names(operation.path("x-grpc")).forEach(name -> methods.merge(name, demands, Demands::and));
    names(operation.path("x-frames")).forEach(name -> frames.merge(name, demands, Demands::and));
    names(operation.path("x-mqtt")).forEach(name -> topics.merge(name, demands, Demands::and));
    return new Operation(
        operation.path("operationId").asText(),
        query,
        operation.has("requestBody"),
        operation
            .path("x-max-body")
            .asLong(operation.has("requestBody") ? DEFAULT_MAX_BODY : NO_BODY),
        operation.path("x-reserved").asBoolean(),
        bearer,
        schemes(security, schemes, "in", "query").stream()
            .map(scheme -> scheme.path("name").asText())
            .findFirst(),
        schemes(security, schemes, "in", "header").stream()
            .map(scheme -> scheme.path("name").asText())
            .collect(Collectors.toCollection(TreeSet::new)),
        demands,
        segments(path).indexOf("{entity_id}"));
  }

  private static Set<String> names(JsonNode list) {
    Set<String> names = new TreeSet<>();
    list.forEach(name -> names.add(name.asText()));
    return names;
  }

  /** The operations that are offered besides HTTP: over gRPC, in frames, by MQTT. */
  public Doors doors() {
    return new Doors(methods, frames, topics);
  }

  private static List<String> values(JsonNode parameter) {
    List<String> values = new ArrayList<>();
    parameter.at("/schema/enum").forEach(value -> values.add(value.asText()));
    return values;
  }

  /** The schemes that an operation names, of those whose field says this. */
  private static List<JsonNode> schemes(
      JsonNode security, JsonNode schemes, String field, String value) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode requirement : security) {
      requirement
          .fieldNames()
          .forEachRemaining(
              name -> {
                JsonNode scheme = schemes.path(name);
                if (value.equals(scheme.path(field).asText())) {
                  found.add(scheme);
                }
              });
    }
    return found;
  }

  private static JsonNode resolve(JsonNode document, JsonNode parameter) {
    String reference = parameter.path("$ref").asText();
    return reference.startsWith("#") ? document.at(reference.substring(1)) : parameter;
  }

  private Node node(String template) {
    Node node = root;
    for (String segment : segments(template)) {
      if (segment.startsWith("{")) {
        node.parameter = node.parameter == null ? new Node() : node.parameter;
        node = node.parameter;
      } else {
        node = node.literals.computeIfAbsent(segment, name -> new Node());
      }
    }
    return node;
  }

  /**
   * Finds the operation for a method and a path; a literal segment wins over a parameter. HEAD is
   * allowed wherever GET is, and is the operation of GET.
   */
  public Match match(String method, String path) {
    Node node = find(root, segments(path), 0);
    if (node == null) {
      return new Match(Optional.empty(), Set.of());
    }
    Set<String> allowed = new TreeSet<>(node.operations.keySet());
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    String answeredBy = method.equals("HEAD") ? "GET" : method;
    Operation operation = node.operations.getOrDefault(method, node.operations.get(answeredBy));
    return new Match(Optional.ofNullable(operation), allowed);
  }

  private static Node find(Node node, List<String> segments, int index) {
    if (index == segments.size()) {
      return node.operations.isEmpty() ? null : node;
    }
    Node literal = node.literals.get(segments.get(index));
    Node found = literal == null ? null : find(literal, segments, index + 1);
    if (found == null && node.parameter != null && !segments.get(index).isEmpty()) {
      found = find(node.parameter, segments, index + 1);
    }
    return found;
  }

  private static List<String> segments(String path) {
    String trimmed = path.startsWith("/") ? path.substring(1) : path;
    return trimmed.isEmpty() ? List.of() : List.of(trimmed.split("/", -1));
  }
}
