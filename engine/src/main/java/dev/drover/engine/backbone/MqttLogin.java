package dev.drover.engine.backbone;

import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.Optional;

/**
 * What a client shows when it connects.
 *
 * @param username may be missing
 * @param password may be missing
 * @param clientId the id of its session
 * @param certificate its verified TLS certificate; only on the TLS port
 */
public record MqttLogin(
    Optional<String> username,
    Optional<String> password,
    String clientId,
    Optional<X509Certificate> certificate) {
  /** Checks that nothing is null. */
  public MqttLogin {
    Objects.requireNonNull(username, "username");
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(clientId, "clientId");
    Objects.requireNonNull(certificate, "certificate");
  }

  /** Leaves the password out, so that it does not reach a log. */
  @Override
  public String toString() {
    return "MqttLogin[username=" + username + ", clientId=" + clientId + "]";
  }
}
