package dev.drover.proto;

/**
 * The error codes of the protocol (document 1, section 9.2) and the additive ones, each with the
 * HTTP status it travels with.
 */
public enum ErrorCode {
  /** The token is past its {@code exp}: register again or refresh. */
  AUTH_TOKEN_EXPIRED(401),
  /** An ECDSA signature is missing, malformed, or not made by the pinned key. */
  AUTH_INVALID_SIGNATURE(401),
  /** Additive: no bearer token on a request that needs one. */
  AUTH_TOKEN_MISSING(401),
  /** Additive: a bearer token that is malformed, foreign, or not signed by central. */
  AUTH_TOKEN_INVALID(401),
  /** Additive: a token whose orchestrator, device or signing key was revoked. */
  AUTH_TOKEN_REVOKED(401),
  /** Additive: the caller's role does not hold this right. */
  FORBIDDEN(403),
  /** Additive: the caller's token belongs to another entity. */
  ENTITY_FORBIDDEN(403),
  /** Local and server data differ: perform a full sync. */
  SYNC_CHECKSUM_MISMATCH(409),
  /** The requested firmware does not exist. */
  FIRMWARE_NOT_FOUND(404),
  /** The entity does not exist. */
  ENTITY_NOT_FOUND(404),
  /** Additive: the task does not exist. */
  TASK_NOT_FOUND(404),
  /** Additive: no such path or item. */
  NOT_FOUND(404),
  /** Additive: the path exists, the method does not; {@code Allow} names those that do. */
  METHOD_NOT_ALLOWED(405),
  /** Too many requests: wait for {@code Retry-After} seconds. */
  RATE_LIMIT_EXCEEDED(429),
  /** The beacon is unknown: register it first. */
  BEACON_NOT_REGISTERED(404),
  /** The task was given to another robot. */
  TASK_ALREADY_ASSIGNED(409),
  /** Additive: an item with this id exists. */
  ALREADY_EXISTS(409),
  /**
   * Additive: the same idempotency key is being worked on; {@code Retry-After} says when to ask.
   */
  REQUEST_IN_PROGRESS(409),
  /** Additive: the idempotency key was used with another body. */
  IDEMPOTENCY_KEY_REUSED(422),
  /** Additive: somebody else changed the flow file first; read it again. */
  FLOW_CHANGED(409),
  /**
   * Additive: the flow breaks a rule or does not start; {@code details.problems} says where, and
   * what to write instead.
   */
  FLOW_INVALID(422),
  /** Additive: the request is malformed; {@code details} names the field. */
  VALIDATION_FAILED(400),
  /** Additive: the body is larger than this operation takes. */
  PAYLOAD_TOO_LARGE(413),
  /** Additive: the body is not JSON. */
  UNSUPPORTED_MEDIA_TYPE(415),
  /** Additive: the request was not complete in time; nothing was changed. */
  REQUEST_TIMEOUT(408),
  /**
   * Additive: the bytes under way in this process reach their limit; {@code Retry-After} says when
   * to ask again.
   */
  SERVICE_BUSY(503),
  /** Additive: the offline queue has reached its disk limit. */
  QUEUE_FULL(507),
  /**
   * Additive: the disk of this process's store is full; the request was not completed, and works
   * again when there is room.
   */
  STORAGE_FULL(507),
  /** Additive: the mall has no data, or not this part of it, until it has synced with central. */
  CACHE_NOT_READY(503),
  /** A request or a part behind it took too long: retry with back-off. */
  NETWORK_TIMEOUT(504),
  /** Additive: a fault of the server; nothing was changed. */
  INTERNAL_ERROR(500);

  private final int status;

  ErrorCode(int status) {
    this.status = status;
  }

  /** The HTTP status that carries this code. */
  public int status() {
    return status;
  }
}
