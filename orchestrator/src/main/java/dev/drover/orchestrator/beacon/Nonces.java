package dev.drover.orchestrator.beacon;

import dev.drover.orchestrator.database.Database;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a device signs so that nobody can send its words again (document 1, section 8.1; R-27). A
 * nonce says itself when it ends and for which device it is, under a MAC of the mall; so giving one
 * away costs no write, and only those that were used are remembered, until they would have ended.
 */
public final class Nonces {
  private static final String HMAC = "HmacSHA256";
  private static final int RANDOM = 12;
  private static final int PLAIN = Long.BYTES + RANDOM;
  private static final int TAG = 16;

  /** In milliseconds: how far a clock is pulled back without being set. */
  private static final long CLOCK_ERROR = 1_000;

  /**
   * A challenge.
   *
   * @param nonce URL-safe Base64
   * @param expiresAt until when it works
   */
  record Challenge(String nonce, Instant expiresAt) {}

  private final Database database;
  private final SecretKeySpec secret;
  private final Duration lifetime;
  private final Clock clock;
  private final Clock proven;
  private final SecureRandom random = new SecureRandom();

  /**
   * Nonces under this secret of the mall, each for so long.
   *
   * @param proven by which used ones are forgotten
   */
  public Nonces(Database database, byte[] secret, Duration lifetime, Clock clock, Clock proven) {
    this.database = database;
    this.secret = new SecretKeySpec(secret, HMAC);
    this.lifetime = lifetime;
    this.clock = clock;
    this.proven = proven;
  }

  /** A new nonce for a device. */
  Challenge issue(String deviceId) {
    Instant end = Instant.ofEpochMilli(clock.millis() + lifetime.toMillis());
    byte[] bytes = new byte[RANDOM];
    random.nextBytes(bytes);
    byte[] plain = ByteBuffer.allocate(PLAIN).putLong(end.toEpochMilli()).put(bytes).array();
    byte[] whole = ByteBuffer.allocate(PLAIN + TAG).put(plain).put(tag(deviceId, plain)).array();
    return new Challenge(Base64.getUrlEncoder().withoutPadding().encodeToString(whole), end);
  }

  /** Whether the mall gave this nonce to this device and it has not ended. */
  boolean valid(String deviceId, String nonce) {
    byte[] whole = bytes(nonce);
    if (whole.length != PLAIN + TAG) {
      return false;
    }
    byte[] plain = Arrays.copyOf(whole, PLAIN);
    byte[] tag = Arrays.copyOfRange(whole, PLAIN, whole.length);
    // One that ends later than any that is given now was given by a clock that was ahead.
    long left = end(plain) - clock.millis();
    return MessageDigest.isEqual(tag, tag(deviceId, plain))
        && left > 0
        && left <= lifetime.toMillis() + CLOCK_ERROR;
  }

  /** Uses a valid nonce up, durably; false when it was used before. */
  boolean use(String nonce) {
    byte[] whole = bytes(nonce);
    // One nonce has several spellings in Base64.
    String name = Base64.getUrlEncoder().encodeToString(whole);
    return database.together(
        open -> {
          Database.update(open, "DELETE FROM used_nonces WHERE expires_at < ?", proven.millis());
          return Database.update(
                  open,
                  "INSERT INTO used_nonces (nonce, expires_at) VALUES (?, ?) ON CONFLICT (nonce) DO"
                      + " NOTHING",
                  name,
                  end(whole))
              == 1;
        });
  }

  private static long end(byte[] plain) {
    return ByteBuffer.wrap(plain).getLong();
  }

  private static byte[] bytes(String nonce) {
    try {
      return Base64.getUrlDecoder().decode(nonce);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private byte[] tag(String deviceId, byte[] plain) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(secret);
      mac.update(plain);
      return Arrays.copyOf(mac.doFinal(deviceId.getBytes(StandardCharsets.UTF_8)), TAG);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
