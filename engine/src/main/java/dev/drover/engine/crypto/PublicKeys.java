package dev.drover.engine.crypto;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Map;

/** Public keys of devices: P-256 in a PEM of SubjectPublicKeyInfo (document 1, section 1). */
public final class PublicKeys {
  private static final String TYPE = "PUBLIC KEY";

  private PublicKeys() {}

  /**
   * Reads a key from its PEM.
   *
   * @throws ProtocolException VALIDATION_FAILED with field {@code public_key} for anything but a
   *     P-256 public key
   */
  public static ECPublicKey parse(String pem) {
    byte[] der = Pem.read(pem, TYPE).orElseThrow(() -> invalid("is not a PEM public key"));
    try {
      if (KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der))
              instanceof ECPublicKey key
          && P256.is(key.getParams())
          && P256.contains(key.getW())) {
        return key;
      }
      throw invalid("is not on the curve P-256");
    } catch (GeneralSecurityException e) {
      throw invalid("is not an elliptic-curve public key");
    }
  }

  private static ProtocolException invalid(String why) {
    return new ProtocolException(
        ErrorCode.VALIDATION_FAILED, "public_key " + why, Map.of("field", "public_key"));
  }

  /** Lower-case hex of the SHA-256 of the key's SubjectPublicKeyInfo in DER. */
  public static String fingerprint(ECPublicKey key) {
    return HexFormat.of().formatHex(Hashes.sha256(key.getEncoded()));
  }

  /** The key as PEM. */
  public static String toPem(ECPublicKey key) {
    return Pem.write(key.getEncoded(), TYPE);
  }
}
