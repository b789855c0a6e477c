package dev.drover.engine.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;

/** Our own P-256 keys, in PKCS#8 PEM. */
public final class PrivateKeys {
  private static final String TYPE = "PRIVATE KEY";

  private PrivateKeys() {}

  /** A fresh key pair. */
  public static KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(P256.NAME));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key as PKCS#8 PEM. */
  public static String toPem(ECPrivateKey key) {
    return Pem.write(key.getEncoded(), TYPE);
  }

  /**
   * Reads a private key from PKCS#8 PEM and derives its public half. Lines before the PEM say where
   * the key comes from and are skipped (RFC 7468, section 5.2).
   *
   * @throws IllegalArgumentException for anything but a P-256 private key; the message never holds
   *     key material
   */
  public static KeyPair parse(String pem) {
    return decode(
        Pem.read(pem.substring(Math.max(0, pem.indexOf("-----BEGIN"))), TYPE)
            .orElseThrow(() -> new IllegalArgumentException("Not a PKCS#8 PEM private key")));
  }

  /** The same for PKCS#8 DER. */
  static KeyPair decode(byte[] der) {
    try {
      KeyFactory factory = KeyFactory.getInstance("EC");
      if (factory.generatePrivate(new PKCS8EncodedKeySpec(der)) instanceof ECPrivateKey key
          && P256.is(key.getParams())) {
        ECPublicKey publicKey =
            (ECPublicKey)
                factory.generatePublic(new ECPublicKeySpec(P256.publicPoint(key), P256.SPEC));
        return new KeyPair(publicKey, key);
      }
      throw new IllegalArgumentException("Not a private key on the curve P-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("Not an elliptic-curve private key");
    }
  }
}
