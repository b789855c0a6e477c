package dev.drover.engine.backbone;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The broker's TLS 1.3 port.
 *
 * @param port the port
 * @param keyStore PKCS#12 with the broker's key
 * @param keyStorePassword its password
 * @param trustStore PKCS#12 with the issuers of client certificates; without it none is asked for
 * @param trustStorePassword its password; ignored without a trust store
 * @param clientCertificateRequired whether a client without a certificate is refused
 */
public record MqttTls(
    int port,
    Path keyStore,
    String keyStorePassword,
    Optional<Path> trustStore,
    String trustStorePassword,
    boolean clientCertificateRequired) {
  /** Checks that what is required can be met. */
  public MqttTls {
    Objects.requireNonNull(keyStore, "keyStore");
    Objects.requireNonNull(keyStorePassword, "keyStorePassword");
    Objects.requireNonNull(trustStore, "trustStore");
    if (clientCertificateRequired && trustStore.isEmpty()) {
      throw new IllegalArgumentException("Client certificates need a trust store");
    }
  }

  /** Leaves the passwords out, so that they do not reach a log. */
  @Override
  public String toString() {
    return "MqttTls[port=" + port + ", keyStore=" + keyStore + "]";
  }
}
