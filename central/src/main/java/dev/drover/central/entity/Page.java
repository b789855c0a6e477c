package dev.drover.central.entity;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
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
        + "},\"data\":["
        + String.join(",", items)
        + "]}";
  }

  private String link(int at) {
    return "\"" + path + "?offset=" + at + "&limit=" + limit + "\"";
  }
}
