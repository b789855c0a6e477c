package dev.drover.engine.crypto;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.crypto.impl.ConcatKDF;
import com.nimbusds.jose.crypto.impl.ECDH;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import dev.drover.proto.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Opens JWE with ECDH-ES. A mall uses an ephemeral key more than once ({@link EnvelopeSeal}); what
 * it agrees on follows from the protected header alone, so it is kept for those used last. Only a
 * header whose text was opened is remembered: garbage pushes nothing out. Thread-safe.
 */
final class EnvelopeOpener {
  /** More than there are malls that upload at a time. */
  private static final int KEPT = 1_024;

  /** A longer header is of no mall of ours; in characters. */
  private static final int LONGEST = 1_024;

  private record Agreed(ECPrivateKey key, String header) {}

  private final Map<Agreed, SecretKey> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Agreed, SecretKey> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * The text that was sealed.
   *
   * @param jwe compact, of the characters of Base64url
   * @throws JOSEException when it was not for this key, or was changed
   * @throws ParseException when its header is none
   */
  byte[] open(String jwe, ECPrivateKey key) throws JOSEException, ParseException {
    String[] parts = jwe.split("\\.");
    Agreed agreed = new Agreed(key, parts[0]);
    SecretKey secret = known(agreed);
    boolean isNew = secret == null;
    if (isNew) {
      secret = agree(header(parts[0]), key);
    }
    byte[] text = decrypt(parts, secret);
    if (isNew && agreed.header().length() <= LONGEST) {
      remember(agreed, secret);
    }
    return text;
  }

  private static JWEHeader header(String text) throws JOSEException, ParseException {
    // Whatever must be understood: we understand none of it.
    boolean critical = Json.object(Base64.getUrlDecoder().decode(text)).has("crit");
    JWEHeader header = JWEHeader.parse(new Base64URL(text));
    // A compressed text could grow without bound.
    if (critical
        || !JWEAlgorithm.ECDH_ES.equals(header.getAlgorithm())
        || !EncryptionMethod.A256GCM.equals(header.getEncryptionMethod())
        || header.getCompressionAlgorithm() != null) {
      throw new JOSEException("not ECDH-ES and A256GCM alone");
    }
    return header;
  }

  private static byte[] decrypt(String[] parts, SecretKey secret) throws JOSEException {
    byte[] nonce = Base64.getUrlDecoder().decode(parts[2]);
    byte[] text = Base64.getUrlDecoder().decode(parts[3]);
    byte[] tag = Base64.getUrlDecoder().decode(parts[4]);
    if (nonce.length != EnvelopeSeal.NONCE || tag.length != EnvelopeSeal.TAG) {
      throw new JOSEException("not the lengths of A256GCM");
    }
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.DECRYPT_MODE, secret, new GCMParameterSpec(8 * tag.length, nonce));
      cipher.updateAAD(parts[0].getBytes(StandardCharsets.US_ASCII));
      return cipher.doFinal(
          ByteBuffer.allocate(text.length + tag.length).put(text).put(tag).array());
    } catch (GeneralSecurityException e) {
      throw new JOSEException(e.getMessage(), e);
    }
  }

  private static SecretKey agree(JWEHeader header, ECPrivateKey key) throws JOSEException {
    if (!(header.getEphemeralPublicKey() instanceof ECKey ephemeral)) {
      throw new JOSEException("no ephemeral key");
    }
    ECPublicKey point = ephemeral.toECPublicKey();
    if (!P256.is(point.getParams()) || !P256.contains(point.getW())) {
      throw new JOSEException("the ephemeral key is not on P-256");
    }
    SecretKey shared = ECDH.deriveSharedSecret(point, key, null);
    return ECDH.deriveSharedKey(header, shared, new ConcatKDF("SHA-256"));
  }

  private SecretKey known(Agreed agreed) {
    synchronized (known) {
      return known.get(agreed);
    }
  }

  private void remember(Agreed agreed, SecretKey secret) {
    synchronized (known) {
      known.put(agreed, secret);
    }
  }
}
