package dev.drover.engine.crypto;

import java.security.KeyPair;
import java.util.List;

/** Where a process has its keys from; an HSM or a secret store can stand behind it. */
public interface KeyProvider {
  /** Bytes of a secret. */
  int SECRET_BYTES = 32;

  /**
   * The P-256 signing key of a name; the same one each time.
   *
   * @param name lower-case letters, digits and {@code -}
   * @throws IllegalStateException when it cannot be had
   */
  KeyPair signing(String name);

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
