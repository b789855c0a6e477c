package dev.drover.proto;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The one exception that a caller is meant to see: a protocol code, a sentence, and details. It is
 * rendered as the error body of document 1, section 9.1 in exactly one place.
 */
public final class ProtocolException extends RuntimeException {
  private final ErrorCode code;
  private final transient Map<String, Object> details;

  /** An error without details. */
  public ProtocolException(ErrorCode code, String message) {
    this(code, message, Map.of());
  }

  /** An error whose {@code details} tell the caller what to mend; they are kept by name. */
  public ProtocolException(ErrorCode code, String message, Map<String, Object> details) {
    super(message);
    this.code = code;
    // Map.of has another order in each process: the same refusal would have other bytes
    this.details = Collections.unmodifiableMap(new TreeMap<>(Map.copyOf(details)));
  }

  /** The protocol's code. */
  public ErrorCode code() {
    return code;
  }

  /** What the caller can use to mend the request, in the order of the names; never null. */
  public Map<String, Object> details() {
    return details;
  }
}
