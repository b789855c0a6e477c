package dev.drover.central;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.crypto.Jwks;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * {@code GET /.well-known/jwks.json}: the keys with which malls verify tokens offline, and the one
 * for which they seal access logs.
 */
public class TokenKeys {
  private final String json;

  /** Serves the public parts of these keys. */
  public TokenKeys(JWKSet tokens, ECKey logs) {
    List<JWK> keys = new ArrayList<>(tokens.getKeys());
    keys.add(logs);
    this.json = Jwks.json(new JWKSet(keys));
  }

  /** Answers with the set. */
  public void serve(Exchange exchange) {
    exchange.getMessage().setHeader("Cache-Control", "max-age=300");
    exchange.getMessage().setBody(json);
  }
}
