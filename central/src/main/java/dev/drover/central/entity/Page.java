package dev.drover.central.entity;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.camel.Message;

/**
 * A page of a list, as clients of central expect it: {@code {"metadata":{…},"data":[…]}}.
 *
 * @param path where the list stands, for the links to its neighbours
 * @param offset how many items come before it
 * @param limit the most items that it holds
 */
record Page(String path, int offset, int limit) {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 1000;

  static Page of(Message message) {
    return new Page(
        message.getHeader("CamelHttpPath", String.class),
        number(message, "offset", 0, Integer.MAX_VALUE, 0),
        number(message, "limit", 1, MAX_LIMIT, DEFAULT_LIMIT));
  }

  private static int number(Message message, String name, int min, int max, int otherwise) {
    Object value = message.getHeader(name);
    try {
      int number = value == null ? otherwise : Integer.parseInt(value.toString());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new ProtocolException(
        ErrorCode.VALIDATION_FAILED,
        name + " must be a number from " + min + " to " + max,
        Map.of("field", name));
  }

  /** The page's JSON; the items are JSON already and are not parsed again. */
  String wrap(long total, List<String> items) {
    return beginning(total) + String.join(",", items) + "]}";
  }

  /** The same in pieces, which are asked for when they are sent. */
  Iterator<byte[]> wrap(long total, Iterator<List<String>> items) {
    return new Iterator<>() {
      private String text = beginning(total);
      private boolean any;
      private boolean ended;

      @Override
      public boolean hasNext() {
        return !ended;
      }

      @Override
      public byte[] next() {
        List<String> more = items.hasNext() ? items.next() : List.of();
        String comma = any && !more.isEmpty() ? "," : "";
        any = any || !more.isEmpty();
        ended = !items.hasNext();
        String piece = text + comma + String.join(",", more) + (ended ? "]}" : "");
        text = "";
        return piece.getBytes(StandardCharsets.UTF_8);
      }
    };
  }

  private String beginning(long total) {
    String next = (long) offset + limit < total ? link(offset + limit) : "null";
    String previous = offset > 0 ? link(Math.max(0, offset - limit)) : "null";
    return "{\"metadata\":{\"total_items\":"
        + total
        + ",\"current_offset\":"
        + offset
        + ",\"current_limit\":"
        + limit
        + ",\"next_page_url\":"
        + next
        + ",\"prev_page_url\":"
        + previous
        + "},\"data\":[";
  }

  private String link(int at) {
    return "\"" + path + "?offset=" + at + "&limit=" + limit + "\"";
  }
}
