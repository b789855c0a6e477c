package dev.drover.engine.crypto;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Verifies tokens of central: one algorithm, every claim checked (RFC 8725), each token verified
 * once and then remembered until it expires.
 */
public final class TokenVerifier {
  /** How far a mall's clock may be behind central's. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

  private static final int LONGEST_TOKEN = 4_096;

  private final Supplier<JWKSet> keys;
  private final Clock clock;
  private final TokenCache cache;
  private final Revocations revocations;

  /**
   * A verifier that knows of nothing that was taken back.
   *
   * @param keys the issuer's public keys as of now; asked each time, so a key that is taken out of
   *     the set ends its tokens at once
   * @param cacheSize how many verified tokens are remembered
   */
  public TokenVerifier(Supplier<JWKSet> keys, Clock clock, int cacheSize) {
    this(keys, Revocations.NONE, clock, cacheSize);
  }

  /** A verifier that remembers 20,000 tokens. */
  public TokenVerifier(Supplier<JWKSet> keys, Clock clock) {
    this(keys, clock, 20_000);
  }

  /** The same, which also refuses what was taken back; asked for each token, remembered or not. */
  public TokenVerifier(Supplier<JWKSet> keys, Revocations revocations, Clock clock) {
    this(keys, revocations, clock, 20_000);
  }

  private TokenVerifier(
      Supplier<JWKSet> keys, Revocations revocations, Clock clock, int cacheSize) {
    this.keys = keys;
    this.clock = clock;
    this.cache = new TokenCache(cacheSize);
    this.revocations = revocations;
  }

  /**
   * The caller of a token that was verified before and was not taken back since; empty when only
   * {@link #verify} can tell, which takes long enough to keep it off an event loop.
   *
   * @throws ProtocolException AUTH_TOKEN_EXPIRED when it is known and past {@code exp}
   */
  public Optional<Principal> known(String token) {
    if (token == null || token.length() > LONGEST_TOKEN) {
      return Optional.empty();
    }
    Optional<TokenCache.Entry> entry =
        cache
            .get(digest(token))
            .filter(known -> known.key().equals(keys.get().getKeyByKeyId(known.key().getKeyID())))
            .filter(known -> !revocations.revoked(known.principal()));
    entry.ifPresent(known -> checkExpiry(known.principal().expiresAt()));
    return entry.map(TokenCache.Entry::principal);
  }

  /**
   * The caller that a token speaks for.
   *
   * @throws ProtocolException AUTH_TOKEN_EXPIRED past {@code exp}; AUTH_TOKEN_REVOKED for what was
   *     taken back; AUTH_TOKEN_INVALID for anything else that is wrong
   */
  public Principal verify(String token) {
    Principal caller = proven(token);
    if (revocations.revoked(caller)) {
      throw revoked("was revoked");
    }
    return caller;
  }

  private static ProtocolException revoked(String why) {
    return new ProtocolException(ErrorCode.AUTH_TOKEN_REVOKED, "The token " + why);
  }

  private Principal proven(String token) {
    if (token == null || token.length() > LONGEST_TOKEN) {
      throw invalid("is malformed");
    }
    String digest = digest(token);
    Optional<TokenCache.Entry> known = cache.get(digest);
    if (known.isPresent() && known.get().key().equals(key(known.get().key().getKeyID()))) {
      Principal principal = known.get().principal();
      checkExpiry(principal.expiresAt());
      return principal;
    }
    SignedJWT jwt = parse(token);
    JWK key = checkSignature(jwt);
    Principal principal = principal(jwt, key.getKeyID());
    cache.put(digest, new TokenCache.Entry(principal, key));
    return principal;
  }

  private static String digest(String token) {
    return new String(
        Hashes.sha256(token.getBytes(StandardCharsets.UTF_8)), StandardCharsets.ISO_8859_1);
  }

  private static SignedJWT parse(String token) {
    try {
      return SignedJWT.parse(token);
    } catch (ParseException | RuntimeException e) {
      throw invalid("is malformed");
    }
  }

  private JWK key(String kid) {
    JWK key = kid == null ? null : keys.get().getKeyByKeyId(kid);
    if (key == null) {
      if (kid != null && revocations.retired(kid)) {
        throw revoked("is signed with a retired key");
      }
      throw invalid("names no key of central");
    }
    return key;
  }

  private JWK checkSignature(SignedJWT jwt) {
    if (!JWSAlgorithm.ES256.equals(jwt.getHeader().getAlgorithm())) {
      throw invalid("is not signed with ES256");
    }
    JWK jwk = key(jwt.getHeader().getKeyID());
    try {
      if (jwk instanceof ECKey key
          && Curve.P_256.equals(key.getCurve())
          && jwt.verify(new ECDSAVerifier(key))) {
        return jwk;
      }
    } catch (JOSEException | RuntimeException e) {
      throw invalid("has no valid signature");
    }
    throw invalid("has no valid signature");
  }

  private Principal principal(SignedJWT jwt, String keyId) {
    try {
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      if (!TokenIssuer.ISSUER.equals(claims.getIssuer())
          || !claims.getAudience().equals(List.of(TokenIssuer.AUDIENCE))) {
        throw invalid("is not issued by central for this service");
      }
      Instant expiresAt = instant(claims.getExpirationTime(), "exp");
      Instant notBefore = instant(claims.getNotBeforeTime(), "nbf");
      instant(claims.getIssueTime(), "iat");
      String jti = required(claims.getJWTID(), "jti");
      Role role =
          Role.of(claims.getStringClaim(TokenIssuer.ROLE))
              .orElseThrow(() -> invalid("has no known role"));
      Grant grant =
          new Grant(
              required(claims.getSubject(), "sub"),
              role,
              required(claims.getStringClaim(TokenIssuer.ENTITY), TokenIssuer.ENTITY),
              Optional.ofNullable(claims.getStringClaim(TokenIssuer.ORCHESTRATOR)),
              generation(claims));
      checkExpiry(expiresAt);
      if (notBefore.isAfter(clock.instant().plus(CLOCK_SKEW))) {
        throw invalid("is not valid yet");
      }
      return new Principal(grant, expiresAt, jti, keyId);
    } catch (ParseException | IllegalArgumentException e) {
      throw invalid("has malformed claims");
    }
  }

  private static int generation(JWTClaimsSet claims) throws ParseException {
    Integer generation = claims.getIntegerClaim(TokenIssuer.GENERATION);
    return generation == null ? 0 : generation;
  }

  private void checkExpiry(Instant expiresAt) {
    if (!clock.instant().isBefore(expiresAt)) {
      throw new ProtocolException(ErrorCode.AUTH_TOKEN_EXPIRED, "The token has expired");
    }
  }

  private static Instant instant(Date claim, String name) {
    if (claim == null) {
      throw invalid("lacks the claim " + name);
    }
    return claim.toInstant();
  }

  private static String required(String claim, String name) {
    if (claim == null || claim.isBlank()) {
      throw invalid("lacks the claim " + name);
    }
    return claim;
  }

  private static ProtocolException invalid(String why) {
    return new ProtocolException(ErrorCode.AUTH_TOKEN_INVALID, "The token " + why);
  }
}
