package dev.drover.engine.grpc;

import java.time.Duration;
import java.util.Objects;

/**
 * What a gRPC port takes from a client.
 *
 * @param requestBytes the largest request message of any method
 * @param callsPerConnection calls at once on one connection
 * @param connections connections of all clients together
 * @param connectionsPerAddress connections from one address
 * @param requestTimeout until when a call that has begun has sent its request
 * @param handshakeTimeout until when a new connection speaks HTTP/2
 * @param idle after how long without a call a connection is ended
 */
public record GrpcLimits(
    int requestBytes,
    int callsPerConnection,
    int connections,
    int connectionsPerAddress,
    Duration requestTimeout,
    Duration handshakeTimeout,
    Duration idle) {
  /** The largest request of a method unless its route says otherwise. */
  static final int USUAL_REQUEST_BYTES = 64 << 10;

  private static final int LARGEST_REQUEST_BYTES = (1 << 20) + USUAL_REQUEST_BYTES;

  /** Checks that nothing is missing or shut. */
  public GrpcLimits {
    Objects.requireNonNull(requestTimeout, "requestTimeout");
    Objects.requireNonNull(handshakeTimeout, "handshakeTimeout");
    Objects.requireNonNull(idle, "idle");
    if (requestBytes < 1
        || callsPerConnection < 1
        || connections < 1
        || connectionsPerAddress < 1) {
      throw new IllegalArgumentException(
          "limits of gRPC: requests of "
              + requestBytes
              + " bytes, "
              + callsPerConnection
              + " calls of a connection, "
              + connections
              + " connections, "
              + connectionsPerAddress
              + " of one address");
    }
  }

  /** What is taken unless a setting says otherwise. */
  public static GrpcLimits usual() {
    return of(LARGEST_REQUEST_BYTES, 100, 1024, 64);
  }

  /** A port with health and reflection only: small requests of few clients. */
  public static GrpcLimits small() {
    return of(USUAL_REQUEST_BYTES, 20, 64, 16);
  }

  /** The same sizes and times, with these numbers. */
  public GrpcLimits with(int calls, int most, int mostPerAddress) {
    return new GrpcLimits(
        requestBytes, calls, most, mostPerAddress, requestTimeout, handshakeTimeout, idle);
  }

  /** The usual times, with these sizes and numbers. */
  public static GrpcLimits of(
      int requestBytes, int callsPerConnection, int connections, int connectionsPerAddress) {
    return new GrpcLimits(
        requestBytes,
        callsPerConnection,
        connections,
        connectionsPerAddress,
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        Duration.ofMinutes(10));
  }
}
