package dev.drover.engine.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * An incremental parser of {@code text/event-stream} (WHATWG HTML, section 9.2.6): any division of
 * the stream into chunks gives the same events. Not for use by several threads.
 */
public final class SseParser {
  private final int limit;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
  private final StringBuilder data = new StringBuilder();
  private String type = "";
  private String id = "";
  private String lastId = "";
  private boolean hasData;
  private boolean afterCr;
  private boolean first = true;
  private int retryMillis = -1;
  private long lines;

  /**
   * A parser at the beginning of a stream.
   *
   * @param limit the most bytes that one line, or the data of one event, may have
   */
  public SseParser(int limit) {
    this.limit = limit;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @return the events that they complete
   * @throws IllegalStateException when an event is larger than the limit
   */
  public List<SseEvent> feed(byte[] bytes) {
    List<SseEvent> events = new ArrayList<>(2);
    for (byte b : bytes) {
      if (b == '\n' && afterCr) {
        afterCr = false;
        continue;
      }
      afterCr = b == '\r';
      if (b == '\n' || b == '\r') {
        endLine(events);
      } else {
        check(line.size());
        line.write(b);
      }
    }
    return events;
  }

  /** The last {@code retry} field in milliseconds, if there was one. */
  public OptionalInt retryMillis() {
    return retryMillis < 0 ? OptionalInt.empty() : OptionalInt.of(retryMillis);
  }

  /** The lines that were complete so far. */
  public long lines() {
    return lines;
  }

  private void endLine(List<SseEvent> events) {
    lines++;
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (first) {
      first = false;
      text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
    if (text.isEmpty()) {
      dispatch(events);
      return;
    }
    int colon = text.indexOf(':');
    if (colon == 0) {
      return;
    }
    String name = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    field(name, value.startsWith(" ") ? value.substring(1) : value);
  }

  private void field(String name, String value) {
    switch (name) {
      case "event" -> type = value;
      case "data" -> {
        check(data.length() + value.length());
        if (hasData) {
          data.append('\n');
        }
        data.append(value);
        hasData = true;
      }
      case "id" -> id = value.indexOf('\0') < 0 ? value : id;
      case "retry" -> retry(value);
      default -> {
        // the standard ignores other fields
      }
    }
  }

  private void retry(String value) {
    if (value.matches("[0-9]{1,9}")) {
      retryMillis = Integer.parseInt(value);
    }
  }

  private void dispatch(List<SseEvent> events) {
    lastId = id;
    if (hasData) {
      events.add(new SseEvent(lastId, type.isEmpty() ? "message" : type, data.toString()));
    }
    data.setLength(0);
    hasData = false;
    type = "";
  }

  private void check(int size) {
    if (size >= limit) {
      throw new IllegalStateException("event larger than " + limit + " bytes");
    }
  }
}
