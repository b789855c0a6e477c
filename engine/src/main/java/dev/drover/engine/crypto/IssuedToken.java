package dev.drover.engine.crypto;

/**
 * A fresh token.
 *
 * @param value the compact JWT
 * @param principal what a verifier will read from it
 */
public record IssuedToken(String value, Principal principal) {
  /** Leaves the token itself out, so that it does not reach a log. */
  @Override
  public String toString() {
    return "IssuedToken[" + principal + "]";
  }
}
