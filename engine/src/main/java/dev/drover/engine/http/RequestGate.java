package dev.drover.engine.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a request meets before it is routed: whether it is one request at all. One whose end two
 * readers could see at different places is refused (RFC 9112, 6.3), and so is a target that cannot
 * be decoded; either way its connection is closed.
 */
final class RequestGate implements Handler<HttpServerRequest> {
  private final Connections connections;
  private final PortRefusals refusals;
  private final Handler<HttpServerRequest> next;

  RequestGate(Connections connections, PortRefusals refusals, Handler<HttpServerRequest> next) {
    this.connections = connections;
    this.refusals = refusals;
    this.next = next;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Connections.Peer peer = connections.peer(request.connection());
    if (peer == null || peer.doomed()) {
      request.connection().close();
      return;
    }
    Optional<String> fault = fault(request);
    if (fault.isPresent()) {
      peer.begin();
      refusals.sendAndClose(request, 400, fault.get());
    } else {
      next.handle(request);
    }
  }

  /** Answers what could not be read as a request at all, and ends its connection. */
  void refuseMalformed(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    boolean header = cause instanceof TooLongHttpHeaderException;
    boolean line = cause instanceof TooLongHttpLineException;
    refusals.sendAndClose(request, header ? 431 : line ? 414 : 400, "The request is malformed");
  }

  private static Optional<String> fault(HttpServerRequest request) {
    List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    List<String> lengths = request.headers().getAll(HttpHeaders.CONTENT_LENGTH);
    if (!codings.isEmpty()) {
      boolean chunked = codings.size() == 1 && codings.get(0).trim().equalsIgnoreCase("chunked");
      if (!chunked || !lengths.isEmpty() || request.version() != HttpVersion.HTTP_1_1) {
        return Optional.of("Send either Transfer-Encoding: chunked or Content-Length");
      }
    }
    if (lengths.size() > 1 || (!lengths.isEmpty() && !lengths.get(0).matches("[0-9]{1,18}"))) {
      return Optional.of("Content-Length is not one number");
    }
    if (!decodes(request.uri())) {
      return Optional.of("The path is malformed");
    }
    return steps(request.uri())
        ? Optional.of("A path has no segments . and ..: they name another resource")
        : Optional.empty();
  }

  /** Whether the path has a segment {@code .} or {@code ..}, however it is written. */
  static boolean steps(String uri) {
    String path = uri.replaceFirst("[?#].*", "").replaceAll("(?i)%2e", ".");
    return Arrays.stream(path.split("/")).anyMatch(name -> name.equals(".") || name.equals(".."));
  }

  /** Whether each % is followed by two hex digits, and what they say is UTF-8. */
  static boolean decodes(String uri) {
    ByteBuffer bytes = ByteBuffer.allocate(uri.length());
    for (int i = 0; i < uri.length(); i++) {
      char c = uri.charAt(i);
      if (c != '%') {
        // what is between two escapes ends a character
        bytes.put((byte) (c < 128 ? c : '?'));
        continue;
      }
      boolean whole = i + 2 < uri.length();
      int high = whole ? Character.digit(uri.charAt(i + 1), 16) : -1;
      int low = whole ? Character.digit(uri.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        return false;
      }
      bytes.put((byte) (high * 16 + low));
      i += 2;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(bytes.flip());
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
