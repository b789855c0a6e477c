package dev.drover.engine.crypto;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;

/** The public example key of RFC 6979, A.2.5. */
final class TestKeys {
  static final KeyPair RFC_6979 = rfc6979();

  private TestKeys() {}

  static ECPublicKey publicKey(KeyPair pair) {
    return (ECPublicKey) pair.getPublic();
  }

  static ECPrivateKey privateKey(KeyPair pair) {
    return (ECPrivateKey) pair.getPrivate();
  }

  private static KeyPair rfc6979() {
    try {
      KeyFactory factory = KeyFactory.getInstance("EC");
      BigInteger x =
          new BigInteger("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721", 16);
      ECPrivateKey key = (ECPrivateKey) factory.generatePrivate(new ECPrivateKeySpec(x, P256.SPEC));
      return new KeyPair(
          factory.generatePublic(new ECPublicKeySpec(P256.publicPoint(key), P256.SPEC)), key);
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
