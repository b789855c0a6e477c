package dev.drover.engine.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import dev.drover.engine.http.ErrorRenderer;
import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.grpc.navign.ErrorResponse;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Ends a call with the error that a route rendered: its code as a status, the same code in the
 * trailer {@code x-error-code}, and the whole error in {@code grpc-status-details-bin} as an {@code
 * ErrorResponse}.
 */
final class GrpcErrors {
  private static final Metadata.Key<String> ERROR_CODE = MetadataPolicy.key("x-error-code");

  private GrpcErrors() {}

  /** Whether the exchange's answer is an error. */
  static boolean refused(Exchange exchange) {
    return exchange.getException() != null
        || exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class) >= 300;
  }

  /**
   * Ends a call with the error that is the exchange's answer, or that no route handled.
   *
   * @param now when
   */
  static void refuse(ServerCall<?, ?> call, Exchange exchange, Instant now) {
    Message answer = exchange.getMessage();
    Exception unhandled = exchange.getException();
    if (unhandled != null) {
      fail(call, ErrorRenderer.unhandled(unhandled), answer, now);
    } else {
      JsonNode error = Json.tree(answer.getBody(byte[].class)).path("error");
      close(call, error, MetadataPolicy.outbound(answer));
    }
  }

  /**
   * Ends a call with an error that no route has rendered.
   *
   * @param answer for the request id; null when there is none
   */
  static void fail(ServerCall<?, ?> call, ProtocolException error, Message answer, Instant now) {
    String requestId = answer == null ? null : answer.getHeader("X-Request-ID", String.class);
    close(
        call,
        rendered(error, requestId, now),
        answer == null ? new Metadata() : MetadataPolicy.outbound(answer));
  }

  /** Ends a call that has reached no route. */
  static void fail(ServerCall<?, ?> call, ProtocolException error, String requestId, Instant now) {
    Metadata trailers = new Metadata();
    trailers.put(MetadataPolicy.key("x-request-id"), requestId);
    Object wait = error.details().get("retry_after_seconds");
    if (wait != null) {
      trailers.put(MetadataPolicy.key("retry-after"), wait.toString());
    }
    close(call, rendered(error, requestId, now), trailers);
  }

  private static JsonNode rendered(ProtocolException error, String requestId, Instant now) {
    byte[] body = ErrorBody.render(error, now, requestId).getBytes(StandardCharsets.UTF_8);
    return Json.tree(body).path("error");
  }

  private static void close(ServerCall<?, ?> call, JsonNode error, Metadata trailers) {
    String name = error.path("code").asText();
    Optional<ErrorCode> code =
        Arrays.stream(ErrorCode.values()).filter(c -> c.name().equals(name)).findFirst();
    ErrorResponse.Builder detail =
        ErrorResponse.newBuilder()
            .setCode(name)
            .setMessage(error.path("message").asText())
            .setRequestId(error.path("request_id").asText(""));
    error
        .path("details")
        .properties()
        .forEach(entry -> detail.putDetails(entry.getKey(), text(entry.getValue())));
    timestamp(error.path("timestamp").asText()).ifPresent(detail::setTimestamp);
    Status.Code status = code.map(GrpcErrors::status).orElse(Status.Code.INTERNAL);
    com.google.rpc.Status packed =
        com.google.rpc.Status.newBuilder()
            .setCode(status.value())
            .setMessage(detail.getMessage())
            .addDetails(Any.pack(detail.build()))
            .build();
    trailers.put(ERROR_CODE, name);
    trailers.merge(StatusProto.toStatusException(packed).getTrailers());
    call.close(status.toStatus().withDescription(detail.getMessage()), trailers);
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static Optional<Timestamp> timestamp(String text) {
    try {
      Instant at = Instant.parse(text);
      return Optional.of(
          Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** The status for a code of the protocol (docs/reference/grpc-api.md). */
  static Status.Code status(ErrorCode code) {
    return switch (code) {
      case AUTH_TOKEN_MISSING,
          AUTH_TOKEN_EXPIRED,
          AUTH_TOKEN_INVALID,
          AUTH_TOKEN_REVOKED,
          AUTH_INVALID_SIGNATURE ->
          Status.Code.UNAUTHENTICATED;
      case FORBIDDEN, ENTITY_FORBIDDEN -> Status.Code.PERMISSION_DENIED;
      case NOT_FOUND, ENTITY_NOT_FOUND, TASK_NOT_FOUND, FIRMWARE_NOT_FOUND, BEACON_NOT_REGISTERED ->
          Status.Code.NOT_FOUND;
      case SYNC_CHECKSUM_MISMATCH -> Status.Code.FAILED_PRECONDITION;
      case RATE_LIMIT_EXCEEDED, PAYLOAD_TOO_LARGE, QUEUE_FULL, STORAGE_FULL, SERVICE_BUSY ->
          Status.Code.RESOURCE_EXHAUSTED;
      case ALREADY_EXISTS, TASK_ALREADY_ASSIGNED -> Status.Code.ALREADY_EXISTS;
      case REQUEST_IN_PROGRESS, FLOW_CHANGED -> Status.Code.ABORTED;
      case VALIDATION_FAILED, IDEMPOTENCY_KEY_REUSED, UNSUPPORTED_MEDIA_TYPE, FLOW_INVALID ->
          Status.Code.INVALID_ARGUMENT;
      case METHOD_NOT_ALLOWED -> Status.Code.UNIMPLEMENTED;
      case NETWORK_TIMEOUT, REQUEST_TIMEOUT -> Status.Code.DEADLINE_EXCEEDED;
      case CACHE_NOT_READY -> Status.Code.UNAVAILABLE;
      case INTERNAL_ERROR -> Status.Code.INTERNAL;
    };
  }
}
