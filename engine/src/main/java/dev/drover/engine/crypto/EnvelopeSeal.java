package dev.drover.engine.crypto;

import com.nimbusds.jose.jwk.ECKey;
import dev.drover.proto.Json;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * Makes JWE compact with ECDH-ES and A256GCM for one recipient (RFC 7518, section 4.6). The curve
 * takes longer than everything else together, for who seals and for who opens; so one ephemeral
 * key, and the secret that it agrees on, serves for a minute. Each seal has a nonce of its own. Who
 * finds such a secret reads a minute of one mall, which the mall has in clear anyway. Thread-safe.
 */
final class EnvelopeSeal {
  private static final String ENCRYPTION = "A256GCM";
  private static final int COORDINATE = 32;

  /** Bytes of a nonce. */
  static final int NONCE = 12;

  /** Bytes of an authentication tag. */
  static final int TAG = 16;

  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final long KEPT = TimeUnit.MINUTES.toNanos(1);

  /** Random nonces of 96 bits stay apart for far more seals under one secret. */
  private static final int MOST = 100_000;

  /** What an ephemeral key has agreed on, and since when. */
  private record Agreement(byte[] header, SecretKeySpec secret, long since, AtomicInteger seals) {
    boolean ends(long now) {
      return now - since > KEPT || seals.getAndIncrement() >= MOST;
    }
  }

  private final ECKey key;
  private final String keyId;
  private final ECPoint recipient;
  private final LongSupplier nanos;
  private Agreement agreement;

  EnvelopeSeal(ECKey recipient) {
    this(recipient, System::nanoTime);
  }

  /** With a clock that only waits are measured by. */
  EnvelopeSeal(ECKey recipient, LongSupplier nanos) {
    this.nanos = nanos;
    this.key = recipient;
    this.keyId = recipient.getKeyID();
    this.recipient =
        P256.DOMAIN
            .getCurve()
            .validatePoint(
                recipient.getX().decodeToBigInteger(), recipient.getY().decodeToBigInteger());
  }

  /** Whether it seals for this key. */
  boolean isFor(ECKey other) {
    return key == other || key.equals(other);
  }

  /** The compact form of these bytes. */
  String seal(byte[] content) {
    Agreement agreed = agreement();
    byte[] header = agreed.header();
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, agreed.secret(), new GCMParameterSpec(8 * TAG, nonce));
      cipher.updateAAD(header);
      byte[] sealed = cipher.doFinal(content);
      byte[] tag = Arrays.copyOfRange(sealed, sealed.length - TAG, sealed.length);
      ByteBuffer text = TEXT.encode(ByteBuffer.wrap(sealed, 0, sealed.length - TAG));
      return new StringBuilder(header.length + text.remaining() + 64)
          .append(ascii(ByteBuffer.wrap(header)))
          .append("..")
          .append(TEXT.encodeToString(nonce))
          .append('.')
          .append(ascii(text))
          .append('.')
          .append(TEXT.encodeToString(tag))
          .toString();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal for key " + keyId, e);
    }
  }

  private synchronized Agreement agreement() {
    long now = nanos.getAsLong();
    if (agreement == null || agreement.ends(now)) {
      agreement = agree(now);
    }
    return agreement;
  }

  private Agreement agree(long now) {
    BigInteger secret =
        BigIntegers.createRandomInRange(
            BigInteger.ONE, P256.DOMAIN.getN().subtract(BigInteger.ONE), RANDOM);
    FixedPointCombMultiplier multiplier = new FixedPointCombMultiplier();
    ECPoint ephemeral = multiplier.multiply(P256.DOMAIN.getG(), secret).normalize();
    ECPoint shared = multiplier.multiply(recipient, secret).normalize();
    return new Agreement(
        header(ephemeral), new SecretKeySpec(derive(shared), "AES"), now, new AtomicInteger(1));
  }

  private static String ascii(ByteBuffer text) {
    return StandardCharsets.US_ASCII.decode(text).toString();
  }

  private byte[] header(ECPoint ephemeral) {
    Map<String, String> key = new LinkedHashMap<>();
    key.put("kty", "EC");
    key.put("crv", "P-256");
    key.put("x", coordinate(ephemeral.getAffineXCoord().toBigInteger()));
    key.put("y", coordinate(ephemeral.getAffineYCoord().toBigInteger()));
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", "ECDH-ES");
    header.put("enc", ENCRYPTION);
    header.put("kid", keyId);
    header.put("epk", key);
    return TEXT.encode(Json.text(header).getBytes(StandardCharsets.UTF_8));
  }

  private static String coordinate(BigInteger value) {
    return TEXT.encodeToString(BigIntegers.asUnsignedByteArray(COORDINATE, value));
  }

  /**
   * Concat KDF with SHA-256: one round gives the 256 bits; no party has told anything of itself.
   */
  private static byte[] derive(ECPoint shared) {
    byte[] algorithm = ENCRYPTION.getBytes(StandardCharsets.US_ASCII);
    byte[] z = BigIntegers.asUnsignedByteArray(COORDINATE, shared.getAffineXCoord().toBigInteger());
    ByteBuffer input = ByteBuffer.allocate(5 * Integer.BYTES + z.length + algorithm.length);
    input.putInt(1).put(z).putInt(algorithm.length).put(algorithm);
    return Hashes.sha256(input.putInt(0).putInt(0).putInt(8 * COORDINATE).array());
  }
}
