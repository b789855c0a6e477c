package dev.drover.engine.http;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Why a TLS connection could not be made, in words that say what to mend. */
public final class TlsFault {
  private TlsFault() {}

  /** The cause of a failure in TLS, however deep it lies; empty when it is none of TLS. */
  public static Optional<String> of(Throwable failure) {
    String last = null;
    Throwable at = failure;
    for (int depth = 0; at != null && depth < 20; depth++) {
      Optional<String> known = known(at);
      if (known.isPresent()) {
        return known.map(text -> "TLS: " + text);
      }
      if (at instanceof SSLException) {
        last = at.getMessage();
      }
      at = at.getCause();
    }
    return Optional.ofNullable(last).map(text -> "TLS: " + text);
  }

  private static Optional<String> known(Throwable at) {
    String message = at.getMessage() == null ? "" : at.getMessage();
    String lower = message.toLowerCase(Locale.ROOT);
    if (at instanceof CertificateExpiredException) {
      return Optional.of("the server's certificate has expired (" + message + ")");
    }
    if (at instanceof CertificateNotYetValidException) {
      return Optional.of("the server's certificate is not valid yet (" + message + ")");
    }
    if (lower.contains("no subject alternative")
        || lower.contains("no name matching")
        || lower.contains("doesn't match any of the subject")) {
      return Optional.of("the server's certificate is for another name (" + message + ")");
    }
    if (at instanceof CertPathBuilderException
        || lower.contains("unable to find valid certification path")) {
      return Optional.of(
          "the server's certificate is of an authority that is not trusted (" + message + ")");
    }
    if (at instanceof CertPathValidatorException
        && !(at.getCause() instanceof CertificateException)) {
      return Optional.of("the server's certificate chain is not valid (" + message + ")");
    }
    if (lower.contains("protocol_version")
        || lower.contains("no appropriate protocol")
        || lower.contains("client requested protocol")
        || lower.contains("not accepted by client preferences")) {
      return Optional.of("the two sides have no version of TLS in common (" + message + ")");
    }
    if (lower.contains("not an ssl/tls record") || lower.contains("unsupported or unrecognized")) {
      return Optional.of("the server does not speak TLS on this port");
    }
    return Optional.empty();
  }
}
