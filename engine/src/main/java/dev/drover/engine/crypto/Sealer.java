package dev.drover.engine.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals small values with AES-256-GCM. A sealed value is {@code version(1) ‖ keyId(4) ‖ nonce(12) ‖
 * ciphertext ‖ tag(16)}; version, key id, kind and id are authenticated with it, so that a value
 * cannot be moved to another record. For any number of threads.
 */
public final class Sealer {
  /** Bytes that sealing adds to a value. */
  public static final int OVERHEAD = 1 + 4 + 12 + 16;

  private static final byte VERSION = 1;
  private static final int KEY_ID = 4;
  private static final int NONCE = 12;
  private static final int TAG = 16;

  /** Keys by their id; never changed, so that a rotation is one assignment. */
  private record Ring(Map<Integer, SecretKey> keys, int sealing) {
    Ring with(byte[] key) {
      if (key.length != KeyProvider.SECRET_BYTES) {
        throw new IllegalArgumentException("A sealing key has 32 bytes");
      }
      Map<Integer, SecretKey> more = new HashMap<>(keys);
      int id = keyId(key);
      more.put(id, new SecretKeySpec(key, "AES"));
      return new Ring(Map.copyOf(more), id);
    }
  }

  private final SecureRandom random = new SecureRandom();

  /**
   * A cipher that sees the same key again does not expand it again, which is a third of the work.
   */
  private final ThreadLocal<Cipher> ciphers = ThreadLocal.withInitial(Sealer::newCipher);

  private volatile Ring ring;

  /**
   * A sealer.
   *
   * @param key 32 bytes; new values are sealed with it
   * @param olderKeys keys that open values sealed before a rotation
   */
  public Sealer(byte[] key, List<byte[]> olderKeys) {
    Ring keys = new Ring(Map.of(), 0);
    for (byte[] older : olderKeys) {
      keys = keys.with(older);
    }
    this.ring = keys.with(key);
  }

  /** A sealer with one key of 32 bytes. */
  public Sealer(byte[] key) {
    this(key, List.of());
  }

  /** From now on seals with this key; what was sealed before still opens. */
  public synchronized void rotate(byte[] key) {
    ring = ring.with(key);
  }

  /** Forgets every key but the one it seals with. */
  public synchronized void forgetOlder() {
    Ring now = ring;
    ring = new Ring(Map.of(now.sealing, now.keys.get(now.sealing)), now.sealing);
  }

  /** The id of the key that it seals with, in hex. */
  public String keyId() {
    return HexFormat.of().toHexDigits(ring.sealing);
  }

  /** How every value begins that was sealed with the present key. */
  public byte[] beginning() {
    return header(ring.sealing);
  }

  private static int keyId(byte[] key) {
    byte[] label = "drover-key-id".getBytes(StandardCharsets.US_ASCII);
    byte[] both = ByteBuffer.allocate(label.length + key.length).put(label).put(key).array();
    return ByteBuffer.wrap(Hashes.sha256(both)).getInt();
  }

  /**
   * Seals a value for one place.
   *
   * @param kind the kind of record, without {@code |}
   * @param id the record's id
   */
  public byte[] seal(String kind, String id, byte[] value) {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    Ring now = ring;
    byte[] header = header(now.sealing);
    SecretKey key = now.keys.get(now.sealing);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, header, kind, id).doFinal(value);
      return ByteBuffer.allocate(header.length + NONCE + sealed.length)
          .put(header)
          .put(nonce)
          .put(sealed)
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot seal a value", e);
    }
  }

  /**
   * Opens a value that was sealed for this very place.
   *
   * @throws SealBrokenException when anything of it, or of the place, differs
   */
  public byte[] open(String kind, String id, byte[] sealed) {
    if (sealed.length < OVERHEAD || sealed[0] != VERSION) {
      throw new SealBrokenException("Not a sealed value of a known version");
    }
    int keyId = ByteBuffer.wrap(sealed).getInt(1);
    SecretKey key = ring.keys.get(keyId);
    if (key == null) {
      throw new SealBrokenException(
          "The value was sealed with an unknown key " + HexFormat.of().toHexDigits(keyId));
    }
    int start = 1 + KEY_ID;
    byte[] nonce = Arrays.copyOfRange(sealed, start, start + NONCE);
    try {
      return cipher(Cipher.DECRYPT_MODE, key, nonce, header(keyId), kind, id)
          .doFinal(sealed, start + NONCE, sealed.length - start - NONCE);
    } catch (AEADBadTagException e) {
      throw new SealBrokenException("The sealed value is damaged or belongs elsewhere");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot open a value", e);
    }
  }

  private static byte[] header(int keyId) {
    return ByteBuffer.allocate(1 + KEY_ID).put(VERSION).putInt(keyId).array();
  }

  private static Cipher newCipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no AES-GCM", e);
    }
  }

  private Cipher cipher(
      int mode, SecretKey key, byte[] nonce, byte[] header, String kind, String id)
      throws GeneralSecurityException {
    if (kind.indexOf('|') >= 0) {
      throw new IllegalArgumentException("A kind must not contain '|'");
    }
    Cipher cipher = ciphers.get();
    cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
    cipher.updateAAD(header);
    cipher.updateAAD((kind + "|" + id).getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
