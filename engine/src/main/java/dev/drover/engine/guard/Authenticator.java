package dev.drover.engine.guard;

import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Finds out who calls: a bearer token, or {@code access_token} for WebSocket clients. */
public final class Authenticator {
  private static final String SCHEME = "Bearer ";

  private final TokenVerifier tokens;

  /** An authenticator for tokens that this verifier accepts. */
  public Authenticator(TokenVerifier tokens) {
    this.tokens = tokens;
  }

  /**
   * Sets the exchange's {@link Guards#PRINCIPAL} and takes the token out of the message, so that no
   * later step can forward it.
   *
   * @throws ProtocolException AUTH_TOKEN_MISSING, AUTH_TOKEN_EXPIRED or AUTH_TOKEN_INVALID
   */
  public void authenticate(Exchange exchange) {
    Message message = exchange.getMessage();
    Object authorization = message.removeHeader("Authorization");
    Object parameter = message.removeHeader("access_token");
    exchange.setProperty(Guards.PRINCIPAL, tokens.verify(token(authorization, parameter)));
  }

  /**
   * Whose token stands in a header or metadata {@code Authorization}.
   *
   * @throws ProtocolException AUTH_TOKEN_MISSING, AUTH_TOKEN_EXPIRED or AUTH_TOKEN_INVALID
   */
  public Principal verify(String authorization) {
    return tokens.verify(token(authorization, null));
  }

  /**
   * The token of a request.
   *
   * @param authorization the {@code Authorization} header, or null
   * @param parameter the token of the query where the operation takes one, or null
   * @throws ProtocolException AUTH_TOKEN_MISSING
   */
  public static String token(Object authorization, Object parameter) {
    if (authorization instanceof String header
        && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return header.substring(SCHEME.length()).trim();
    }
    if (authorization == null && parameter instanceof String token) {
      return token;
    }
    throw new ProtocolException(
        ErrorCode.AUTH_TOKEN_MISSING, "Send Authorization: Bearer followed by one token");
  }
}
