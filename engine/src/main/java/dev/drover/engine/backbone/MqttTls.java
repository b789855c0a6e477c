package dev.drover.engine.backbone;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The broker's TLS 1.3 port.
 *
 * @param host address to listen on
 * @param port the port
 * @param certificate PEM chain, the broker's own certificate first
 * @param key its private key, PKCS#8 PEM
 * @param clientAuthority PEM of who signs certificates of clients; without it none is asked for
 * @param clientsMust whether a client without a certificate is refused
 */
public record MqttTls(
    String host,
    int port,
    Path certificate,
    Path key,
    Optional<Path> clientAuthority,
    boolean clientsMust) {
  /** Checks that what is required can be met. */
  public MqttTls {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(clientAuthority, "clientAuthority");
    if (clientsMust && clientAuthority.isEmpty()) {
      throw new IllegalArgumentException("Client certificates need who signs them");
    }
  }
}
