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
import java.util.function.Supplier;

/** Issues the tokens of central: ES256 JWTs with the claims of the contract, "Tokens". */
public final class TokenIssuer {
  /** The claim {@code iss}. */
  public static final String ISSUER = "drover-central";

  /** The claim {@code aud}. */
  public static final String AUDIENCE = "drover";

  static final String ROLE = "role";
  static final String ENTITY = "entity_id";
  static final String ORCHESTRATOR = "orchestrator_id";

  /** Additive: how often the orchestrator was revoked before; left out for never. */
  static final String GENERATION = "gen";

  /** A key that is ready to sign. */
  private record Signing(KeyPair key, JWSHeader header, JWSSigner signer) {
    static Signing with(KeyPair key) {
      JWSHeader header =
          new JWSHeader.Builder(JWSAlgorithm.ES256)
              .type(JOSEObjectType.JWT)
              .keyID(Jwks.kid((ECPublicKey) key.getPublic()))
              .build();
      try {
        return new Signing(key, header, new ECDSASigner((ECPrivateKey) key.getPrivate()));
      } catch (JOSEException e) {
        throw new IllegalArgumentException("Not a P-256 signing key", e);
      }
    }
  }

  private final Supplier<KeyPair> key;
  private final Clock clock;
  private volatile Signing signing;

  /** An issuer that signs with this P-256 key. */
  public TokenIssuer(KeyPair key, Clock clock) {
    this(() -> key, clock);
  }

  /** An issuer that signs with the P-256 key that is the present one, asked for each token. */
  public TokenIssuer(Supplier<KeyPair> key, Clock clock) {
    this.key = key;
    this.clock = clock;
    this.signing = Signing.with(key.get());
  }

  private Signing signing() {
    KeyPair present = key.get();
    Signing ready = signing;
    if (ready.key() != present) {
      ready = Signing.with(present);
      signing = ready;
    }
    return ready;
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
    if (grant.generation() > 0) {
      claims.claim(GENERATION, grant.generation());
    }
    Signing with = signing();
    SignedJWT jwt = new SignedJWT(with.header(), claims.build());
    try {
      jwt.sign(with.signer());
    } catch (JOSEException e) {
      throw new IllegalStateException("Cannot sign a token", e);
    }
    return new IssuedToken(
        jwt.serialize(), new Principal(grant, expiresAt, jti, with.header().getKeyID()));
  }
}
