package dev.drover.engine.backbone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the mall's MQTT broker lives and listens.
 *
 * @param dataDir directory of its journal; created when absent
 * @param host address of the plain port
 * @param port plain MQTT port
 * @param tls TLS port beside it, if any
 * @param sessionExpiry how long the broker keeps the session of an absent MQTT 3.1.1 client; MQTT 5
 *     clients say it themselves
 * @param limits what it takes from a client
 */
public record ArtemisConfig(
    Path dataDir,
    String host,
    int port,
    Optional<MqttTls> tls,
    Duration sessionExpiry,
    MqttLimits limits) {
  /** Checks that nothing is missing. */
  public ArtemisConfig {
    Objects.requireNonNull(dataDir, "dataDir");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(sessionExpiry, "sessionExpiry");
    Objects.requireNonNull(limits, "limits");
  }

  /** The usual limits. */
  public ArtemisConfig(
      Path dataDir, String host, int port, Optional<MqttTls> tls, Duration sessionExpiry) {
    this(dataDir, host, port, tls, sessionExpiry, MqttLimits.usual());
  }

  /** A plain port on loopback, sessions kept for 30 days. */
  public ArtemisConfig(Path dataDir, int port) {
    this(dataDir, "127.0.0.1", port, Optional.empty(), Duration.ofDays(30));
  }
}
