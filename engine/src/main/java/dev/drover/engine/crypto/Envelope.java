package dev.drover.engine.crypto;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.text.ParseException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What only central may read: JWE compact with ECDH-ES and A256GCM (document 1, section 8.3; R-25),
 * for the key that its JWK set offers with {@code use: enc}.
 */
public final class Envelope {
  private static final Pattern COMPACT =
      Pattern.compile("[A-Za-z0-9_-]+\\.\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

  private static final EnvelopeOpener OPENER = new EnvelopeOpener();

  /** A mall seals for one key, until central has another one. */
  private static volatile EnvelopeSeal last;

  private Envelope() {}

  /** Seals bytes for the holder of a P-256 key. */
  public static String seal(byte[] content, ECKey recipient) {
    EnvelopeSeal known = last;
    if (known == null || !known.isFor(recipient)) {
      known = new EnvelopeSeal(recipient);
      last = known;
    }
    return known.seal(content);
  }

  /**
   * Opens what was sealed for this key.
   *
   * @throws ProtocolException VALIDATION_FAILED for anything else; no more is told
   */
  public static byte[] open(String jwe, KeyPair key) {
    // No key of its own beside the agreed one (RFC 7516, section 5.2), and nothing around it.
    if (!COMPACT.matcher(jwe).matches()) {
      throw refused();
    }
    try {
      return OPENER.open(jwe, (ECPrivateKey) key.getPrivate());
    } catch (ParseException | JOSEException | RuntimeException e) {
      throw refused();
    }
  }

  private static ProtocolException refused() {
    return new ProtocolException(
        ErrorCode.VALIDATION_FAILED,
        "jwe is not JWE compact with ECDH-ES and A256GCM for central's key of use enc",
        Map.of("field", "jwe"));
  }
}
