package dev.drover.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
  private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
  private static final Grant GRANT =
      new Grant("orch-001", Role.ORCHESTRATOR, "mall-a", Optional.of("orch-001"));

  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private final Clock clock = new MovableClock();
  private final KeyPair key = TestKeys.RFC_6979;
  private final AtomicReference<JWKSet> keys = new AtomicReference<>(jwks(key));
  private final TokenIssuer issuer = new TokenIssuer(key, clock);
  private final TokenVerifier verifier = new TokenVerifier(keys::get, clock, 2);

  @Test
  void whatIsIssuedIsVerified() throws Exception {
    IssuedToken token = issuer.issue(GRANT, Duration.ofDays(7));
    Principal principal = verifier.verify(token.value());
    assertThat(principal).isEqualTo(token.principal());
    assertThat(principal.grant()).isEqualTo(GRANT);
    assertThat(principal.expiresAt()).isEqualTo(NOW.plus(Duration.ofDays(7)));
    SignedJWT jwt = SignedJWT.parse(token.value());
    assertThat(jwt.getHeader().getKeyID()).isEqualTo(Jwks.kid(TestKeys.publicKey(key)));
    assertThat(jwt.getJWTClaimsSet().getClaims())
        .containsOnlyKeys(
            "iss",
            "aud",
            "sub",
            "role",
            "entity_id",
            "orchestrator_id",
            "iat",
            "nbf",
            "exp",
            "jti");
  }

  @Test
  void c11ARememberedTokenThatWasTakenBackIsNotKnownAnyMore() {
    AtomicReference<String> taken = new AtomicReference<>("");
    Revocations revocations =
        new Revocations() {
          @Override
          public boolean revoked(Principal caller) {
            return caller.jti().equals(taken.get());
          }

          @Override
          public boolean retired(String keyId) {
            return false;
          }
        };
    TokenVerifier strict = new TokenVerifier(keys::get, revocations, clock);
    IssuedToken token = issuer.issue(GRANT, Duration.ofDays(7));
    assertThat(strict.known(token.value())).isEmpty();
    strict.verify(token.value());
    assertThat(strict.known(token.value())).contains(token.principal());
    taken.set(token.principal().jti());
    assertThat(strict.known(token.value())).isEmpty();
    assertThatThrownBy(() -> strict.verify(token.value()))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTH_TOKEN_REVOKED));
  }

  @Test
  void everyRoleTravels() {
    for (Role role : Role.values()) {
      Grant grant = new Grant("x", role, role.boundToOneEntity() ? "mall-a" : "*");
      Principal principal = verifier.verify(issuer.issue(grant, Duration.ofHours(1)).value());
      assertThat(principal.role()).isEqualTo(role);
      assertThat(principal.covers("mall-b")).isEqualTo(!role.boundToOneEntity());
    }
  }

  @Test
  void aDeviceCannotHaveEveryEntity() {
    assertThatThrownBy(() -> new Grant("x", Role.ORCHESTRATOR, "*"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMallVerifiesWithTheKeysThatItKept() {
    JWKSet kept = Jwks.parse(Jwks.json(keys.get()));
    assertThat(Jwks.json(Jwks.of(List.of(TestKeys.publicKey(key))))).doesNotContain("\"d\"");
    String token = issuer.issue(GRANT, Duration.ofHours(1)).value();
    assertThat(new TokenVerifier(() -> kept, clock).verify(token).grant()).isEqualTo(GRANT);
  }

  @Test
  void theCacheDoesNotOutliveTheToken() {
    String token = issuer.issue(GRANT, Duration.ofMinutes(5)).value();
    verifier.verify(token);
    now.set(NOW.plus(Duration.ofMinutes(5)).minusMillis(1));
    verifier.verify(token);
    now.set(NOW.plus(Duration.ofMinutes(5)));
    assertRefused(token, ErrorCode.AUTH_TOKEN_EXPIRED);
  }

  @Test
  void aKeyTakenOutEndsItsTokensAlsoInTheCache() {
    String token = issuer.issue(GRANT, Duration.ofMinutes(5)).value();
    verifier.verify(token);
    keys.set(jwks(PrivateKeys.generate()));
    assertRefused(token, ErrorCode.AUTH_TOKEN_INVALID);
  }

  @Test
  void theCacheIsBounded() {
    String first = issuer.issue(GRANT, Duration.ofMinutes(5)).value();
    Principal remembered = verifier.verify(first);
    assertThat(verifier.verify(first)).isSameAs(remembered);
    verifier.verify(issuer.issue(GRANT, Duration.ofMinutes(5)).value());
    verifier.verify(issuer.issue(GRANT, Duration.ofMinutes(5)).value());
    assertThat(verifier.verify(first)).isEqualTo(remembered).isNotSameAs(remembered);
  }

  @Test
  void anExpiredTokenIsRefusedAsExpired() throws Exception {
    assertRefused(
        signed(c -> c.expirationTime(Date.from(NOW.minusSeconds(1)))),
        ErrorCode.AUTH_TOKEN_EXPIRED);
  }

  @Test
  void wrongClaimsAreRefused() throws Exception {
    assertThat(verifier.verify(signed(c -> {})).subject()).isEqualTo("x");
    for (Consumer<JWTClaimsSet.Builder> change :
        List.<Consumer<JWTClaimsSet.Builder>>of(
            c -> c.issuer("someone"),
            c -> c.issuer(null),
            c -> c.audience("other"),
            c -> c.audience(List.of("drover", "other")),
            c -> c.audience((String) null),
            c -> c.subject(null),
            c -> c.claim("role", null),
            c -> c.claim("role", "emperor"),
            c -> c.claim("role", "ADMIN"),
            c -> c.claim("role", 7),
            c -> c.claim("entity_id", null),
            c -> c.claim("entity_id", ""),
            c -> c.expirationTime(null),
            c -> c.issueTime(null),
            c -> c.notBeforeTime(null),
            c -> c.jwtID(null),
            c -> c.notBeforeTime(Date.from(NOW.plusSeconds(120))),
            c -> c.claim("role", "orchestrator").claim("entity_id", "*"))) {
      assertRefused(signed(change), ErrorCode.AUTH_TOKEN_INVALID);
    }
  }

  @Test
  void anUnsignedTokenIsRefused() {
    assertRefused(new PlainJWT(claims(c -> {})).serialize(), ErrorCode.AUTH_TOKEN_INVALID);
    String[] parts = issuer.issue(GRANT, Duration.ofHours(1)).value().split("\\.");
    assertRefused(parts[0] + "." + parts[1] + ".", ErrorCode.AUTH_TOKEN_INVALID);
  }

  @Test
  void thePublicKeyAsAnHmacSecretIsRefused() throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(kid()).build(), claims(c -> {}));
    jwt.sign(new MACSigner(key.getPublic().getEncoded()));
    assertRefused(jwt.serialize(), ErrorCode.AUTH_TOKEN_INVALID);
  }

  @Test
  void aForeignKeyUnderOurIdIsRefused() throws Exception {
    assertRefused(signed(PrivateKeys.generate(), kid()), ErrorCode.AUTH_TOKEN_INVALID);
    assertRefused(signed(key, "another"), ErrorCode.AUTH_TOKEN_INVALID);
    assertRefused(signed(key, null), ErrorCode.AUTH_TOKEN_INVALID);
  }

  @Test
  void aChangedPayloadIsRefused() {
    String[] a = issuer.issue(GRANT, Duration.ofHours(1)).value().split("\\.");
    String[] b =
        issuer.issue(new Grant("x", Role.ADMIN, "*"), Duration.ofHours(1)).value().split("\\.");
    assertRefused(a[0] + "." + b[1] + "." + a[2], ErrorCode.AUTH_TOKEN_INVALID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "a.b.c", "..", "{}.{}.{}"})
  void garbageIsInvalid(String token) {
    assertRefused(token, ErrorCode.AUTH_TOKEN_INVALID);
  }

  @Test
  void aTokenIsNotPrinted() {
    IssuedToken token = issuer.issue(GRANT, Duration.ofHours(1));
    assertThat(token.toString()).doesNotContain(token.value());
  }

  private void assertRefused(String token, ErrorCode code) {
    assertThatThrownBy(() -> verifier.verify(token))
        .isInstanceOfSatisfying(ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private String kid() {
    return Jwks.kid(TestKeys.publicKey(key));
  }

  private static JWKSet jwks(KeyPair pair) {
    return Jwks.of(List.of(TestKeys.publicKey(pair)));
  }

  private String signed(Consumer<JWTClaimsSet.Builder> change) throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid()).build(), claims(change));
    jwt.sign(new ECDSASigner(TestKeys.privateKey(key)));
    return jwt.serialize();
  }

  private static String signed(KeyPair by, String kid) throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build(), claims(c -> {}));
    jwt.sign(new ECDSASigner(TestKeys.privateKey(by)));
    return jwt.serialize();
  }

  private static JWTClaimsSet claims(Consumer<JWTClaimsSet.Builder> change) {
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer("drover-central")
            .audience("drover")
            .subject("x")
            .claim("role", "admin")
            .claim("entity_id", "*")
            .issueTime(Date.from(NOW))
            .notBeforeTime(Date.from(NOW))
            .expirationTime(Date.from(NOW.plusSeconds(60)))
            .jwtID("1");
    change.accept(claims);
    return claims.build();
  }

  /** A clock that stands where the test puts it. */
  private final class MovableClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now.get();
    }
  }
}
