package dev.drover.engine.ws;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a request is a handshake of WebSocket (RFC 6455, 4.2.1). Vert.x checks the same later,
 * but answers without a body, and speaks two drafts of the protocol that are none of ours.
 */
final class WsUpgrade {
  /** The only version that is spoken here. */
  static final String VERSION = "13";

  private static final int KEY_BYTES = 16;

  private WsUpgrade() {}

  /** What is wrong with a request, and the status that says so. */
  record Fault(int status, String message) {}

  /** The first fault of a request; empty for a handshake. */
  static Optional<Fault> fault(HttpMethod method, MultiMap headers) {
    if (!names(headers.getAll(HttpHeaders.UPGRADE), "websocket")) {
      return fault(400, "this path speaks WebSocket only: send Upgrade: websocket");
    }
    if (!names(headers.getAll(HttpHeaders.CONNECTION), "upgrade")) {
      return fault(400, "send Connection: Upgrade");
    }
    if (method != HttpMethod.GET
        || headers.contains(HttpHeaders.TRANSFER_ENCODING)
        || !List.of("0").containsAll(headers.getAll(HttpHeaders.CONTENT_LENGTH))) {
      return fault(400, "a handshake is a GET without a body");
    }
    if (!List.of(VERSION).equals(headers.getAll("Sec-WebSocket-Version"))) {
      return fault(426, "send Sec-WebSocket-Version: " + VERSION);
    }
    return isKey(headers.getAll("Sec-WebSocket-Key"))
        ? Optional.empty()
        : fault(400, "send one Sec-WebSocket-Key: 16 bytes in Base64");
  }

  private static Optional<Fault> fault(int status, String message) {
    return Optional.of(new Fault(status, message));
  }

  private static boolean names(List<String> lists, String token) {
    return lists.stream()
        .flatMap(list -> Stream.of(list.split(",")))
        .anyMatch(name -> name.trim().equalsIgnoreCase(token));
  }

  private static boolean isKey(List<String> keys) {
    try {
      return keys.size() == 1 && Base64.getDecoder().decode(keys.get(0).trim()).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
