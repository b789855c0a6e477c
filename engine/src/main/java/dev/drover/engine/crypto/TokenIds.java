package dev.drover.engine.crypto;

import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;

/** Ids of tokens that a process holds itself, so that it need not verify them. */
public final class TokenIds {
  private TokenIds() {}

  /**
   * The {@code jti} of a token.
   *
   * @throws IllegalArgumentException when this is no token with an id
   */
  public static String jti(String token) {
    try {
      String id = SignedJWT.parse(token).getJWTClaimsSet().getJWTID();
      if (id != null) {
        return id;
      }
    } catch (ParseException e) {
      // Falls through to the one message, which must not quote the token.
    }
    throw new IllegalArgumentException("Not a token with a jti");
  }
}
