package dev.drover.e2e.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.drover.e2e.harness.Api;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What no two runs have in common is replaced by a word that says what it was. */
final class Masks {
  /** Each request's own, or of the transport. */
  private static final Set<String> NOT_COMPARED = Set.of("date", "content-length", "connection");

  /** Fields whose value is made anew in each run, whatever it looks like. */
  private static final Set<String> MADE =
      Set.of(
          "kid",
          "former_kid",
          "x",
          "y",
          "nonce",
          "key_id",
          "fingerprint",
          "public_key",
          "assigned_id",
          "expires_at",
          "uptime_seconds");

  private static final List<Map.Entry<Pattern, String>> PATTERNS =
      List.of(
          Map.entry(Pattern.compile("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*"), "<token>"),
          Map.entry(
              Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
              "<uuid>"),
          Map.entry(
              Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)"), "<time>"),
          Map.entry(Pattern.compile("evt-[0-9a-f]+-\\d+-\\d+"), "<event>"),
          Map.entry(Pattern.compile("(127\\.0\\.0\\.1|localhost):\\d+"), "<address>"));

  private static final Pattern NUMBER = Pattern.compile("sha256:[0-9a-f]{64}|\\d+");

  private Masks() {}

  /** A text of which only numbers may differ besides. */
  static String numbers(String text) {
    return NUMBER.matcher(text).replaceAll("<n>");
  }

  /** A text in any place. */
  static String text(String text) {
    String masked = text;
    for (Map.Entry<Pattern, String> each : PATTERNS) {
      masked = each.getKey().matcher(masked).replaceAll(each.getValue());
    }
    return masked;
  }

  /** An answer: status, its headers by name, its body with one field a line. */
  static String answer(Api.Answer answer) {
    Map<String, String> headers = new TreeMap<>();
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!name.startsWith(":") && !NOT_COMPARED.contains(name.toLowerCase())) {
                headers.put(name.toLowerCase(), header(name.toLowerCase(), values));
              }
            });
    return answer.status()
        + "\n"
        + headers.entrySet().stream()
            .map(header -> header.getKey() + ": " + header.getValue() + "\n")
            .collect(Collectors.joining())
        + body(answer.body());
  }

  private static String header(String name, List<String> values) {
    String text = text(String.join(", ", values));
    boolean counts =
        name.startsWith("x-ratelimit") || name.equals("retry-after") || name.equals("age");
    return counts ? numbers(text) : text;
  }

  private static String body(String body) {
    if (!body.startsWith("{") && !body.startsWith("[")) {
      return text(body);
    }
    try {
      JsonNode tree = Api.JSON.readTree(body);
      return text(masked("", tree).toPrettyString());
    } catch (IOException e) {
      return text(body);
    }
  }

  private static JsonNode masked(String name, JsonNode node) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = Api.JSON.createObjectNode();
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      if (name.equals("details")) {
        // their order varied from start to start
        Collections.sort(names);
      }
      names.forEach(field -> copy.set(field, masked(field, object.get(field))));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = Api.JSON.createArrayNode();
      array.forEach(each -> copy.add(masked(name, each)));
      return copy;
    }
    if (name.equals("verified_at")) {
      // a mall may have compared its data already
      return TextNode.valueOf("<time>");
    }
    return MADE.contains(name) && node.isValueNode() && !node.isNull()
        ? TextNode.valueOf("<" + name + ">")
        : node;
  }
}
