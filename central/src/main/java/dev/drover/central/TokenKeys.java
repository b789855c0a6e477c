package dev.drover.central;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.crypto.Jwks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/**
 * {@code GET /.well-known/jwks.json}: the keys with which malls verify tokens offline, and the one
 * for which they seal access logs.
 */
public class TokenKeys {
  private final Supplier<JWKSet> tokens;
  private final ECKey logs;

  /**
   * Serves the public parts of these keys.
   *
   * @param tokens those that verify tokens as of now
   * @param logs the one for which access logs are sealed
   */
  public TokenKeys(Supplier<JWKSet> tokens, ECKey logs) {
    this.tokens = tokens;
    this.logs = logs;
  }

  /** Answers with the set. */
  public void serve(Exchange exchange) {
    exchange.getMessage().setHeader("Cache-Control", "max-age=300");
    List<JWK> keys = new ArrayList<>(tokens.get().getKeys());
    keys.add(logs);
    exchange.getMessage().setBody(Jwks.json(new JWKSet(keys)));
  }
}
