package dev.drover.engine.crypto;

import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where a process has its keys from; an HSM or a secret store can stand behind it. */
public interface KeyProvider {
  /** Bytes of a secret. */
  int SECRET_BYTES = 32;

  /**
   * What a rotation has done.
   *
   * @param kid of the key that it made
   * @param formerKid of the key that signed before
   */
  record Rotation(String kid, String formerKid) {}

  /**
   * The P-256 signing key of a name; the same one each time.
   *
   * @param name lower-case letters, digits and {@code -}
   * @throws IllegalStateException when it cannot be had
   */
  KeyPair signing(String name);

  /**
   * Former signing keys of a name, newest first: they sign nothing any more, and what they have
   * signed is still taken.
   *
   * @throws IllegalStateException when they cannot be had
   */
  default List<KeyPair> olderSigning(String name) {
    return List.of();
  }

  /**
   * The {@code kid}s of keys that are retired: what they have signed is refused.
   *
   * @throws IllegalStateException when they cannot be had
   */
  default Set<String> retiredSigning(String name) {
    return Set.of();
  }

  /**
   * Makes a new signing key and keeps the former one among {@link #olderSigning}; both are on disk
   * when this returns.
   *
   * @param operation the id of an operation that may be repeated, of letters, digits and {@code -}:
   *     it is stored with the key, in one write, and a repetition finds that key and makes no other
   * @throws IllegalStateException when keys cannot be changed here; the message says where
   * @throws dev.drover.proto.ProtocolException REQUEST_IN_PROGRESS while another process changes
   *     this name's keys
   */
  default Rotation rotateSigning(String name, Optional<String> operation) {
    throw new IllegalStateException("The key " + name + " cannot be changed from here");
  }

  /**
   * Destroys a former signing key and remembers its {@code kid} among {@link #retiredSigning}.
   *
   * @return false when no former key has this {@code kid}
   * @throws IllegalStateException when keys cannot be changed here; the message says where
   * @throws dev.drover.proto.ProtocolException REQUEST_IN_PROGRESS while another process changes
   *     this name's keys
   */
  default boolean retireSigning(String name, String keyId) {
    throw new IllegalStateException("The key " + name + " cannot be changed from here");
  }

  /**
   * The 32 secret bytes of a name; the same ones each time.
   *
   * @param name lower-case letters, digits and {@code -}
   * @throws IllegalStateException when they cannot be had
   */
  byte[] secret(String name);

  /**
   * Former values of a secret that must still open what was sealed with them; empty unless a
   * rotation is under way.
   *
   * @throws IllegalStateException when they cannot be had
   */
  default List<byte[]> olderSecrets(String name) {
    return List.of();
  }

  /**
   * Makes a new value of a secret and keeps the former one among {@link #olderSecrets}. Both are on
   * disk when this returns; a crash leaves the old state or the new one.
   *
   * @return the new value
   * @throws IllegalStateException when secrets cannot be changed here; the message says where
   */
  default byte[] rotate(String name) {
    throw new IllegalStateException("The secret " + name + " cannot be changed from here");
  }

  /** Destroys the former values of a secret, when nothing is sealed with them any more. */
  default void forgetOlder(String name) {}
}
