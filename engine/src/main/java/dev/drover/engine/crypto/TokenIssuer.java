package dev.drover.engine.crypto;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.UUID;

/** Issues the tokens of central: ES256 JWTs with the claims of the contract, "Tokens". */
public final class TokenIssuer {
  /** The claim {@code iss}. */
  public static final String ISSUER = "drover-central";

  /** The claim {@code aud}. */
  public static final String AUDIENCE = "drover";

  static final String ROLE = "role";
  static final String ENTITY = "entity_id";
  static final String ORCHESTRATOR = "orchestrator_id";

  private final JWSSigner signer;
  private final JWSHeader header;
  private final Clock clock;

  /** An issuer that signs with this P-256 key. */
  public TokenIssuer(KeyPair key, Clock clock) {
    this.clock = clock;
    this.header =
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .type(JOSEObjectType.JWT)
            .keyID(Jwks.kid((ECPublicKey) key.getPublic()))
            .build();
    try {
      this.signer = new ECDSASigner((ECPrivateKey) key.getPrivate());
    } catch (JOSEException e) {
      throw new IllegalArgumentException("Not a P-256 signing key", e);
    }
  }

  /**
   * Issues a token.
   *
   * @param lifetime counted from now; whole seconds, at least one
   */
  public IssuedToken issue(Grant grant, Duration lifetime) {
    if (lifetime.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("A token lives for one second at least");
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant expiresAt = now.plusSeconds(lifetime.toSeconds());
    String jti = UUID.randomUUID().toString();
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience(AUDIENCE)
            .subject(grant.subject())
            .claim(ROLE, grant.role().wire())
            .claim(ENTITY, grant.entityId())
            .issueTime(Date.from(now))
            .notBeforeTime(Date.from(now))
            .expirationTime(Date.from(expiresAt))
            .jwtID(jti);
    grant.orchestratorId().ifPresent(id -> claims.claim(ORCHESTRATOR, id));
    SignedJWT jwt = new SignedJWT(header, claims.build());
    try {
      jwt.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("Cannot sign a token", e);
    }
    return new IssuedToken(jwt.serialize(), new Principal(grant, expiresAt, jti));
  }
}
