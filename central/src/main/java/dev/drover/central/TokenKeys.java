package dev.drover.central;

import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.crypto.Jwks;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** {@code GET /.well-known/jwks.json}: the keys with which malls verify tokens offline. */
@Component
public class TokenKeys {
  private final String json;

  /** Serves the public parts of this set. */
  public TokenKeys(JWKSet keys) {
    this.json = Jwks.json(keys);
  }

  /** Answers with the set. */
  public void serve(Exchange exchange) {
    exchange.getMessage().setHeader("Cache-Control", "max-age=300");
    exchange.getMessage().setBody(json);
  }
}
