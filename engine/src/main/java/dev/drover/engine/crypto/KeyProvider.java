package dev.drover.engine.crypto;

import java.security.KeyPair;

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
}
