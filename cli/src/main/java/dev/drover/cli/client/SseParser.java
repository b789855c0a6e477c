package dev.drover.cli.client;

import java.util.Optional;

/** Puts the lines of an event stream together to events, as the HTML standard says. */
public final class SseParser {
  private String type = "";
  private String lastId;
  private StringBuilder data;

  /** Begins with the id of the last event that was seen; empty when there is none. */
  public SseParser(String lastId) {
    this.lastId = lastId;
  }

  /** Takes a line without its end; returns an event when the line ends one. */
  public Optional<SseEvent> line(String line) {
    if (line.isEmpty()) {
      Optional<SseEvent> event =
          data == null
              ? Optional.empty()
              : Optional.of(
                  new SseEvent(type.isEmpty() ? "message" : type, lastId, data.toString()));
      data = null;
      type = "";
      return event;
    }
    int colon = line.indexOf(':');
    String field = colon < 0 ? line : line.substring(0, colon);
    String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
    switch (field) {
      case "event" -> type = value;
      case "data" ->
          data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
      case "id" -> lastId = value.indexOf('\0') < 0 ? value : lastId;
      default -> {
        // a comment, or a field that the standard tells to ignore
      }
    }
    return Optional.empty();
  }

  /** Returns the id of the last event, to continue after it. */
  public String lastId() {
    return lastId;
  }
}
