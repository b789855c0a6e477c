package dev.drover.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;

/** Makes a line of a JSON log readable: time, component, entity, event, and what else it says. */
public final class EventLine {
  private static final Set<String> SHOWN =
      Set.of(
          "timestamp",
          "@timestamp",
          "@version",
          "component",
          "entity_id",
          "event",
          "message",
          "level",
          "level_value",
          "logger",
          "logger_name",
          "thread",
          "thread_name",
          "stack_trace",
          "orchestrator_id",
          "trace_id",
          "request_id");

  /** What each report of 300 beacons causes; the simulated mall sums it up now and then. */
  private static final Set<String> TOO_OFTEN =
      Set.of("beacon_registered", "access_logs_stored", "access_logs_uploaded", "uploads_received");

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
  private static final int LONGEST = 120;

  private final ObjectMapper json = new ObjectMapper();
  private final ZoneId zone;
  private final boolean colours;

  /** Shows times in the given zone; colours are for terminals only. */
  public EventLine(ZoneId zone, boolean colours) {
    this.zone = zone;
    this.colours = colours;
  }

  /**
   * Returns a protocol event as one readable line, or nothing when the line is no event, or one
   * that comes too often to be read.
   *
   * @param process name to show when the line names no component
   */
  public Optional<String> event(String process, String line) {
    return parse(line)
        .filter(node -> node.hasNonNull("event"))
        .filter(node -> !TOO_OFTEN.contains(node.path("event").asText()))
        .map(node -> show(process, node));
  }

  /** Returns any line of a log in readable form; what is not JSON stays as it is. */
  public String any(String process, String line) {
    return parse(line).map(node -> show(process, node)).orElse(line);
  }

  private Optional<JsonNode> parse(String line) {
    try {
      return Optional.ofNullable(json.readTree(line)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private String show(String process, JsonNode node) {
    String level = node.path("level").asText("INFO");
    boolean serious = level.equals("WARN") || level.equals("ERROR");
    String event = node.path("event").asText("");
    StringBuilder text = new StringBuilder();
    text.append(colour("2", time(node))).append(' ');
    text.append(colour(colourOf(process), pad(node.path("component").asText(process), 12)));
    text.append(' ').append(pad(node.path("entity_id").asText("-"), 12)).append(' ');
    if (!level.equals("INFO")) {
      text.append(colour(level.equals("WARN") ? "33" : "31", level)).append(' ');
    }
    text.append(colour("1", event));
    String message = node.path("message").asText("");
    if (!message.isEmpty() && !message.equals(event)) {
      // what is wrong, and what to do about it, stands at the end of its message
      text.append(event.isEmpty() ? "" : "  ").append(serious ? line(message) : cut(message));
    }
    node.properties()
        .forEach(
            field -> {
              if (!SHOWN.contains(field.getKey()) && !field.getValue().isNull()) {
                JsonNode value = field.getValue();
                String shown = value.isValueNode() ? value.asText() : value.toString();
                text.append("  ")
                    .append(colour("2", field.getKey() + "="))
                    .append(serious ? line(shown) : cut(shown));
              }
            });
    return text.toString();
  }

  private String time(JsonNode node) {
    String stamp = node.path("timestamp").asText(node.path("@timestamp").asText(""));
    try {
      return TIME.format(DateTimeFormatter.ISO_DATE_TIME.parse(stamp, Instant::from).atZone(zone));
    } catch (DateTimeParseException e) {
      return pad(stamp, 12);
    }
  }

  private static String colourOf(String process) {
    return switch (process) {
      case "central" -> "36";
      case "orchestrator" -> "35";
      default -> "32";
    };
  }

  private String colour(String code, String text) {
    return colours && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  private static String line(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  private static String cut(String text) {
    String line = line(text);
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }

  private static String pad(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }
}
