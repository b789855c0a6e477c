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
import java.util.regex.Pattern;

/**
 * What a request meets before it is routed: whether it is one request at all. One whose end two
 * readers could see at different places is refused (RFC 9112, 6.3), and so is a target that cannot
 * be decoded; either way its connection is closed.
 */
final class RequestGate implements Handler<HttpServerRequest> {
  /** Bytes of the first line of a request. */
  static final int MAX_LINE = 4_096;

  /** Bytes of all headers of a request. */
  static final int MAX_HEADERS = 16_384;

  /** A name, an address of IPv4, or one of IPv6 in brackets; then perhaps a port. */
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[A-Za-z0-9._~-]+)(:\\d{1,5})?");

  private static final String ESCAPES =
      ": % is followed by two hex digits, and what the escapes say is UTF-8";

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
    peer.taken();
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
    if (cause instanceof TooLongHttpLineException) {
      refusals.sendAndClose(
          request, 414, "The first line of the request is longer than " + MAX_LINE + " bytes");
    } else if (cause instanceof TooLongHttpHeaderException) {
      refusals.sendAndClose(
          request, 431, "The headers of the request are larger than " + MAX_HEADERS + " bytes");
    } else if (cause instanceof DecodedRequests.UnknownVersionException) {
      refusals.sendAndClose(
          request, 505, "HTTP/1.0, HTTP/1.1 and, with TLS, HTTP/2 are spoken here");
    } else {
      refusals.sendAndClose(request, 400, "The request is malformed");
    }
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
    return host(request).or(() -> target(request.uri()));
  }

  /**
   * What is wrong with Host (RFC 9112, 3.2): two readers could take the request for two servers.
   */
  private static Optional<String> host(HttpServerRequest request) {
    List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
    if (hosts.size() > 1) {
      return Optional.of("Host stands " + hosts.size() + " times; send it once");
    }
    if (hosts.isEmpty() && request.version() == HttpVersion.HTTP_1_1) {
      return Optional.of("Host is missing; HTTP/1.1 asks for it");
    }
    return hosts.isEmpty() || HOST.matcher(hosts.get(0)).matches()
        ? Optional.empty()
        : Optional.of("Host is no name of a host, with or without a port");
  }

  private static Optional<String> target(String uri) {
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    if (!decodes(path)) {
      return Optional.of("The path is malformed" + ESCAPES);
    }
    if (query >= 0 && !decodes(uri.substring(query + 1))) {
      return Optional.of("The query is malformed" + ESCAPES);
    }
    return steps(uri)
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
