package dev.drover.engine.crypto;

/**
 * What was taken back before its end: tokens of a revoked orchestrator, and everything that a
 * retired key has signed. Asked for each request, so an answer comes from memory.
 */
public interface Revocations {
  /** Nothing was ever taken back. */
  Revocations NONE =
      new Revocations() {
        @Override
        public boolean revoked(Principal caller) {
          return false;
        }

        @Override
        public boolean retired(String keyId) {
          return false;
        }
      };

  /** Whether the token of this caller was taken back. */
  boolean revoked(Principal caller);

  /** Whether a signing key of this {@code kid} was in use once and is not any more. */
  boolean retired(String keyId);
}
