package dev.drover.engine.http;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The headers that go with every error answer, whoever sends it: no cache keeps it, 401 says how to
 * prove oneself (RFC 9110, 11.6.1; RFC 6750, 3), and what may be tried again says when.
 */
public final class ErrorHeaders {
  private static final String RETRY_AFTER = "retry_after_seconds";
  private static final Set<ErrorCode> BAD_TOKEN =
      Set.of(
          ErrorCode.AUTH_TOKEN_INVALID, ErrorCode.AUTH_TOKEN_EXPIRED, ErrorCode.AUTH_TOKEN_REVOKED);

  private ErrorHeaders() {}

  /** The headers of an error by name. */
  public static Map<String, String> of(ProtocolException error) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Cache-Control", "no-store");
    if (error.code().status() == 401) {
      headers.put(
          "WWW-Authenticate",
          BAD_TOKEN.contains(error.code())
              ? "Bearer realm=\"drover\", error=\"invalid_token\""
              : "Bearer realm=\"drover\"");
    }
    if (error.details().get(RETRY_AFTER) instanceof Number seconds) {
      headers.put("Retry-After", seconds.toString());
    }
    return headers;
  }
}
