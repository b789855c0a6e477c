package dev.drover.engine.crypto;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.util.List;

/** The public keys of token issuers as a JWK set (RFC 7517). */
public final class Jwks {
  private Jwks() {}

  /** The set of these keys, newest first; each {@code kid} is the key's thumbprint (RFC 7638). */
  public static JWKSet of(List<ECPublicKey> keys) {
    return new JWKSet(keys.stream().map(key -> (JWK) jwk(key)).toList());
  }

  /** The set as JSON; public parts only. */
  public static String json(JWKSet set) {
    return set.toString(true);
  }

  /**
   * Reads a set, for example the one that a mall keeps for the time it is offline.
   *
   * @throws IllegalArgumentException when it is not a JWK set
   */
  public static JWKSet parse(String json) {
    try {
      return JWKSet.parse(json);
    } catch (ParseException e) {
      throw new IllegalArgumentException("Not a JWK set: " + e.getMessage(), e);
    }
  }

  /** The {@code kid} of a key. */
  public static String kid(ECPublicKey key) {
    return jwk(key).getKeyID();
  }

  /** The key for which malls seal what only central may read, {@code use: enc}. */
  public static ECKey encryption(ECPublicKey key) {
    return new ECKey.Builder(jwk(key))
        .keyUse(KeyUse.ENCRYPTION)
        .algorithm(JWEAlgorithm.ECDH_ES)
        .build();
  }

  private static ECKey jwk(ECPublicKey key) {
    try {
      return new ECKey.Builder(Curve.P_256, key)
          .keyUse(KeyUse.SIGNATURE)
          .algorithm(JWSAlgorithm.ES256)
          .keyIDFromThumbprint()
          .build();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
