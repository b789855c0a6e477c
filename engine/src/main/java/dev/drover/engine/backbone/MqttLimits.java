package dev.drover.engine.backbone;

import java.time.Duration;
import java.util.Objects;

/**
 * What the mall's broker takes from a client.
 *
 * @param packetBytes the largest PUBLISH packet; larger ones are refused before they are read
 * @param otherBytes the largest packet of any other kind, CONNECT with its will included
 * @param connections connections of all clients together
 * @param connectionsPerAddress connections from one address
 * @param waiting connections that have not been let in yet, of all clients together
 * @param connectTimeout until when a new connection has shown who it is
 * @param packetTimeout until when a packet that has begun has arrived
 */
public record MqttLimits(
    int packetBytes,
    int otherBytes,
    int connections,
    int connectionsPerAddress,
    int waiting,
    Duration connectTimeout,
    Duration packetTimeout) {
  private static final int KIB = 1 << 10;

  /** The largest message of a beacon. */
  private static final int MESSAGE = 1 << 20;

  /** For the topic and the properties of a message. */
  private static final int HEAD = 16 * KIB;

  /** Checks that nothing is missing or shut. */
  public MqttLimits {
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(packetTimeout, "packetTimeout");
    if (Math.min(packetBytes, otherBytes) < KIB
        || Math.min(Math.min(connections, connectionsPerAddress), waiting) < 1) {
      throw new IllegalArgumentException(
          "limits of MQTT: packets of "
              + packetBytes
              + " and "
              + otherBytes
              + " bytes, "
              + connections
              + " connections, "
              + connectionsPerAddress
              + " of one address");
    }
  }

  /** What is taken unless a setting says otherwise. */
  public static MqttLimits usual() {
    return of(MESSAGE + HEAD, 1024, 256);
  }

  /** The usual times, with these sizes and numbers. */
  public static MqttLimits of(int packetBytes, int connections, int connectionsPerAddress) {
    return new MqttLimits(
        packetBytes,
        64 * KIB,
        connections,
        connectionsPerAddress,
        Math.max(1, connections / 4),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30));
  }
}
