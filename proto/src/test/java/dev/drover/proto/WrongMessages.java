package dev.drover.proto;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Messages that are wrong in one place, made from a schema and from a message that is right. The
 * tests of every door share them: whoever serves the message must refuse each and name its field.
 */
public final class WrongMessages {
  private static final String MARK = "@@@";

  /** The name of a member that no schema knows. */
  private static final String UNKNOWN = "zz_unknown";

  /** A message, where it is wrong, and how, for people. */
  public record Wrong(String what, String field, byte[] body) {}

  /** A place in a message that its schema describes. */
  private record Place(String path, List<Object> steps, JsonNode schema) {}

  private final JsonNode schema;
  private final ObjectNode right;
  private final List<Place> places = new ArrayList<>();

  /**
   * The wrong forms of one message.
   *
   * @param schema the JSON Schema of the message
   * @param right one that is taken
   */
  public WrongMessages(JsonNode schema, ObjectNode right) {
    this.schema = schema;
    this.right = right.deepCopy();
    places("", List.of(), schema, places);
  }

  /** The schema of this name in {@code proto/schemas}. */
  public static JsonNode schema(Path home, String name) {
    try {
      return Json.tree(Files.readAllBytes(home.resolve("proto/schemas/" + name + ".schema.json")));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The sample that says most: the contract's own, else that of document 1. */
  public static ObjectNode sample(Path home, String schema) {
    Path own = home.resolve("proto/samples/contract/" + schema + ".json");
    Path documents = home.resolve("proto/samples/1-navign-protocol");
    try (var files = Files.list(documents)) {
      Path sample =
          Files.exists(own)
              ? own
              : files.filter(file -> name(file).equals(schema + ".json")).findFirst().orElseThrow();
      return Json.object(Files.readAllBytes(sample));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without the number of its section. */
  private static String name(Path sample) {
    return sample.getFileName().toString().replaceFirst("^[0-9A-Z.]+-", "");
  }

  private static void places(String path, List<Object> steps, JsonNode schema, List<Place> all) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String below = Json.below(path, property.getKey());
      List<Object> there = new ArrayList<>(steps);
      there.add(property.getKey());
      all.add(new Place(below, there, property.getValue()));
      places(below, there, property.getValue(), all);
    }
    if (schema.has("items")) {
      List<Object> there = new ArrayList<>(steps);
      there.add(0);
      all.add(new Place(path + "[0]", there, schema.path("items")));
      places(path + "[0]", there, schema.path("items"), all);
    }
  }

  /** Everything that can be wrong. */
  public List<Wrong> all() {
    List<Wrong> all = new ArrayList<>(types());
    all.addAll(missing());
    all.addAll(repeated());
    all.addAll(unknown());
    all.addAll(texts());
    all.addAll(encodings());
    all.addAll(noObjects());
    return all;
  }

  /** Each field in each type that the schema does not name. */
  public List<Wrong> types() {
    List<Wrong> all = new ArrayList<>();
    for (Place place : places) {
      for (JsonNode value : wrong(place.schema())) {
        all.add(
            new Wrong(
                place.path() + "=" + value,
                place.path(),
                bytes(with(place.steps(), value).toString())));
      }
    }
    return all;
  }

  /** Without each field that must be there. */
  public List<Wrong> missing() {
    List<Wrong> all = new ArrayList<>();
    missing("", List.of(), schema, all);
    for (Place place : places) {
      missing(place.path(), place.steps(), place.schema(), all);
    }
    return all;
  }

  private void missing(String path, List<Object> steps, JsonNode at, List<Wrong> all) {
    for (JsonNode name : at.path("required")) {
      ObjectNode message = right.deepCopy();
      JsonNode owner = message;
      for (Object step : steps) {
        owner = step instanceof String member ? owner.path(member) : owner.path((Integer) step);
      }
      if (owner instanceof ObjectNode object && object.remove(name.asText()) != null) {
        String field = Json.below(path, name.asText());
        all.add(new Wrong("without " + field, field, bytes(message.toString())));
      }
    }
  }

  /** Each member twice in its object. */
  public List<Wrong> repeated() {
    List<Wrong> all = new ArrayList<>();
    for (Place place : places) {
      if (place.steps().get(place.steps().size() - 1) instanceof String name) {
        String[] around = around(place.steps());
        String twice = around[0] + "1,\"" + name + "\":1" + around[1];
        all.add(new Wrong("twice " + place.path(), place.path(), bytes(twice)));
      }
    }
    return all;
  }

  /** A member that nobody knows, where the schema shuts those out. */
  public List<Wrong> unknown() {
    List<Wrong> all = new ArrayList<>();
    if (schema.has("additionalProperties") && !schema.path("additionalProperties").asBoolean()) {
      all.add(new Wrong("unknown", UNKNOWN, bytes(extra().put(UNKNOWN, 1).toString())));
    }
    return all;
  }

  /** A member that nobody knows, which is kept or ignored where the schema lets it be. */
  public byte[] tolerated() {
    return bytes(extra().put(UNKNOWN, "x").toString());
  }

  private ObjectNode extra() {
    return right.deepCopy();
  }

  /** Half a surrogate pair and bytes that are no UTF-8 in each text, and in one nobody knows. */
  public List<Wrong> texts() {
    List<Wrong> all = new ArrayList<>();
    for (Place place : places) {
      if (holdsText(place.schema())) {
        texts(place.path(), around(place.steps()), all);
      }
    }
    texts(UNKNOWN, around(List.of(UNKNOWN)), all);
    texts(UNKNOWN + "[0].name", around(List.of(UNKNOWN, 0, "name")), all);
    return all;
  }

  private static void texts(String field, String[] around, List<Wrong> all) {
    for (String half : List.of("a\\ud83d", "\\ude00\\ud83d")) {
      String body = around[0] + '"' + half + '"' + around[1];
      all.add(new Wrong("half a pair in " + field, field, bytes(body)));
    }
    for (byte[] bad : List.of(octets(0xC0, 0xAF), octets(0xED, 0xA0, 0x80), octets(0xFF))) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      body.writeBytes(bytes(around[0] + '"'));
      body.writeBytes(bad);
      body.writeBytes(bytes('"' + around[1]));
      all.add(new Wrong("no UTF-8 in " + field, field, body.toByteArray()));
    }
  }

  /** The message in another encoding, cut off, or followed by another. */
  public List<Wrong> encodings() {
    List<Wrong> all = new ArrayList<>();
    String text = right.toString();
    for (String encoding : List.of("UTF-16", "UTF-16LE", "UTF-32")) {
      all.add(new Wrong(encoding, "$", text.getBytes(Charset.forName(encoding))));
    }
    all.add(new Wrong("followed by another", "$", bytes(text + " {}")));
    for (String none : List.of("nonsense", "{", " ")) {
      all.add(new Wrong("no JSON: " + none, "$", bytes(none)));
    }
    return all;
  }

  /** JSON that is no object. */
  public List<Wrong> noObjects() {
    List<Wrong> all = new ArrayList<>();
    for (String none : List.of("[]", "5", "\"x\"", "null")) {
      all.add(new Wrong("no object: " + none, "$", bytes(none)));
    }
    return all;
  }

  /** The message's text before and after the value at a place. */
  private String[] around(List<Object> steps) {
    JsonNode marked = with(steps, Json.MAPPER.valueToTree(MARK));
    return marked.toString().split('"' + MARK + '"', 2);
  }

  /** The message with another value at a place; what is missing on the way is made. */
  private ObjectNode with(List<Object> steps, JsonNode value) {
    ObjectNode message = right.deepCopy();
    JsonNode at = message;
    for (int i = 0; i < steps.size(); i++) {
      boolean last = i == steps.size() - 1;
      Object next = last ? null : steps.get(i + 1);
      JsonNode fresh =
          next instanceof Integer ? Json.MAPPER.createArrayNode() : Json.MAPPER.createObjectNode();
      if (steps.get(i) instanceof String name) {
        ObjectNode object = (ObjectNode) at;
        if (last) {
          object.set(name, value);
        } else if (!object.path(name).isContainerNode()) {
          object.set(name, fresh);
        }
        at = object.path(name);
      } else {
        ArrayNode list = (ArrayNode) at;
        if (list.isEmpty()) {
          list.add(last ? value : fresh);
        } else if (last) {
          list.set(0, value);
        }
        at = list.path(0);
      }
    }
    return message;
  }

  private static List<JsonNode> wrong(JsonNode schema) {
    List<String> types = new ArrayList<>();
    JsonNode type = schema.path("type");
    if (type.isTextual()) {
      types.add(type.textValue());
    }
    type.forEach(each -> types.add(each.textValue()));
    List<JsonNode> wrong = new ArrayList<>();
    boolean words = schema.has("enum");
    if (types.isEmpty() && !words) {
      // anything goes
      return wrong;
    }
    boolean number = types.contains("number");
    add(wrong, words || !(number || types.contains("integer")), "5");
    add(wrong, words || !number, "1.5");
    add(wrong, schema.path("minimum").asInt(-1) >= 0, "-1");
    add(wrong, words || !types.contains("string") || schema.has("format"), "\"nonsense\"");
    add(wrong, words || !types.contains("boolean"), "true");
    add(wrong, words || !types.contains("array"), "[]");
    add(wrong, words || !types.contains("object"), "{}");
    add(wrong, words || !types.contains("null"), "null");
    return wrong;
  }

  private static void add(List<JsonNode> wrong, boolean really, String json) {
    if (really) {
      wrong.add(Json.tree(bytes(json)));
    }
  }

  private static boolean holdsText(JsonNode schema) {
    return schema.path("type").toString().contains("string") || schema.has("enum");
  }

  private static byte[] octets(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
