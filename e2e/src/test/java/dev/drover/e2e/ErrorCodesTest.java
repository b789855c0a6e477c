package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.RawHttp;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each wrong request gets the right status and the whole error body, and changes nothing. */
class ErrorCodesTest {
  private static final CentralProcess CENTRAL = Shared.central();
  private static Mall mall;
  private static String entity;

  @BeforeAll
  static void aMall() {
    mall = Mall.fresh("errors");
    mall.register(CENTRAL.api());
    entity = "/api/entities/" + mall.entity();
    CENTRAL.api().post(entity + "/areas", CENTRAL.admin(), "{\"id\":\"area-1\"}");
  }

  private static String state() {
    return CENTRAL.api().get(entity, CENTRAL.admin()).toString()
        + CENTRAL.api().get(entity + "/areas", CENTRAL.admin())
        + CENTRAL
            .api()
            .get("/api/orchestrators?entity_id=" + mall.entity(), CENTRAL.admin())
            .body()
            .replaceAll("\"last_seen\":\"[^\"]*\"", "");
  }

  private static void assertError(Api.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    Contracts.assertErrorBody(answer);
  }

  private static DynamicTest refused(
      String what, int status, String code, java.util.function.Supplier<Api.Answer> request) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          String before = state();
          assertError(request.get(), status, code);
          assertThat(state()).isEqualTo(before);
        });
  }

  @TestFactory
  List<DynamicTest> wrongRequests() {
    String admin = CENTRAL.admin();
    Api api = CENTRAL.api();
    String areas = entity + "/areas";
    String big = "{\"id\":\"big\",\"x\":\"" + "x".repeat(1 << 20) + "\"}";
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, String> bodies = new LinkedHashMap<>();
    bodies.put("malformed JSON", "{\"id\":");
    bodies.put("a duplicated key", "{\"id\":\"a\",\"id\":\"b\"}");
    bodies.put("trailing text", "{\"id\":\"a\"} x");
    bodies.put("an array", "[1]");
    bodies.put("no body", "");
    bodies.put("an id with a control character", "{\"id\":\"a\\u0001b\"}");
    bodies.put("an id that is too long", "{\"id\":\"" + "x".repeat(257) + "\"}");
    bodies.put("an empty id", "{\"id\":\"\"}");
    bodies.put("a number beyond 2^53 as id", "{\"id\":9007199254740993}");
    bodies.put("an object as id", "{\"id\":{}}");
    bodies.forEach(
        (what, body) ->
            tests.add(refused(what, 400, "VALIDATION_FAILED", () -> api.post(areas, admin, body))));
    tests.add(
        refused(
            "an existing id",
            409,
            "ALREADY_EXISTS",
            () -> api.post(areas, admin, "{\"id\":\"area-1\"}")));
    tests.add(refused("an unknown id", 404, "NOT_FOUND", () -> api.get(areas + "/none", admin)));
    tests.add(
        refused(
            "PUT of an unknown id",
            404,
            "NOT_FOUND",
            () -> api.put(areas + "/none", admin, "{\"id\":\"none\"}")));
    tests.add(
        refused(
            "another id in the body",
            400,
            "VALIDATION_FAILED",
            () -> api.put(areas + "/area-1", admin, "{\"id\":\"area-2\"}")));
    tests.add(
        refused(
            "an unknown entity",
            404,
            "ENTITY_NOT_FOUND",
            () -> api.get("/api/entities/nobody", admin)));
    tests.add(
        refused(
            "an invalid entity id",
            400,
            "VALIDATION_FAILED",
            () -> api.get("/api/entities/a%20b/areas", admin)));
    tests.add(
        refused(
            "an unknown collection", 404, "NOT_FOUND", () -> api.get(entity + "/robots", admin)));
    tests.add(refused("an unknown path", 404, "NOT_FOUND", () -> api.get("/api/nothing", admin)));
    tests.add(
        refused(
            "a body that is too large",
            413,
            "PAYLOAD_TOO_LARGE",
            () -> api.post(areas, admin, big)));
    tests.add(
        refused(
            "another content type",
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            () ->
                api.call("POST", areas)
                    .token(admin)
                    .header("Content-Type", "text/plain")
                    .bytes("{\"id\":\"a\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .send()));
    tests.add(
        refused(
            "an empty acknowledgement",
            400,
            "VALIDATION_FAILED",
            () -> api.post("/api/orchestrators/events/ack", registered(), "{\"event_ids\":[]}")));
    tests.add(
        refused(
            "a status that is none",
            400,
            "VALIDATION_FAILED",
            () ->
                api.post("/api/orchestrators/heartbeat", registered(), "{\"status\":\"great\"}")));
    tests.add(refused("no token", 401, "AUTH_TOKEN_MISSING", () -> api.get(areas, null)));
    return tests;
  }

  private static String registered() {
    return Mall.fresh("errors").register(CENTRAL.api()).path("token").asText();
  }

  @TestFactory
  List<DynamicTest> wrongTokens() throws Exception {
    Grant grant = new Grant("evil", Role.ADMIN, "*");
    Instant now = Instant.now();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(TokenIssuer.ISSUER)
            .audience(TokenIssuer.AUDIENCE)
            .subject("evil")
            .claim("role", "admin")
            .claim("entity_id", "*")
            .issueTime(Date.from(now))
            .notBeforeTime(Date.from(now))
            .expirationTime(Date.from(now.plusSeconds(600)))
            .jwtID("1")
            .build();
    SignedJWT mac = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    mac.sign(
        new MACSigner(
            CENTRAL
                .api()
                .get("/.well-known/jwks.json", null)
                .body()
                .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    Clock past = Clock.offset(Clock.systemUTC(), Duration.ofHours(-2));
    Clock future = Clock.offset(Clock.systemUTC(), Duration.ofHours(2));
    String good = CENTRAL.admin();
    Map<String, String> invalid = new LinkedHashMap<>();
    invalid.put("alg none", new PlainJWT(claims).serialize());
    invalid.put("HS256 with the public keys as secret", mac.serialize());
    invalid.put(
        "a foreign key",
        new TokenIssuer(PrivateKeys.generate(), Clock.systemUTC())
            .issue(grant, Duration.ofHours(1))
            .value());
    invalid.put("not valid yet", CENTRAL.token(grant, Duration.ofHours(1), future));
    invalid.put(
        "a changed claim",
        good.substring(0, good.lastIndexOf('.') - 2)
            + "AA"
            + good.substring(good.lastIndexOf('.')));
    invalid.put("no token at all", "garbage");
    List<DynamicTest> tests = new ArrayList<>();
    invalid.forEach(
        (what, token) ->
            tests.add(
                refused(
                    what,
                    401,
                    "AUTH_TOKEN_INVALID",
                    () -> CENTRAL.api().post(entity + "/areas", token, "{\"id\":\"evil\"}"))));
    tests.add(
        refused(
            "an expired token",
            401,
            "AUTH_TOKEN_EXPIRED",
            () ->
                CENTRAL
                    .api()
                    .post(
                        entity + "/areas",
                        CENTRAL.token(grant, Duration.ofHours(1), past),
                        "{\"id\":\"evil\"}")));
    return tests;
  }

  @TestFactory
  List<DynamicTest> wrongRegistrations() {
    Mall other = new Mall(mall.entity(), mall.orchestrator());
    String body = mall.registration();
    Api api = CENTRAL.api();
    return List.of(
        refused(
            "another key for a pinned id",
            401,
            "AUTH_INVALID_SIGNATURE",
            () -> other.registering(api).send()),
        refused(
            "a signature of another key",
            401,
            "AUTH_INVALID_SIGNATURE",
            () -> register(body, other.sign(body))),
        refused(
            "a signature of another body",
            401,
            "AUTH_INVALID_SIGNATURE",
            () -> register(body, mall.sign(body + " "))),
        refused(
            "a signature that is none",
            401,
            "AUTH_INVALID_SIGNATURE",
            () -> register(body, "AAAA")),
        refused(
            "no signature",
            401,
            "AUTH_INVALID_SIGNATURE",
            () -> api.call("POST", "/api/orchestrators/register").json(body).send()),
        refused("a missing field", 400, "VALIDATION_FAILED", () -> signed("{\"entity_id\":\"x\"}")),
        refused(
            "an invalid orchestrator id",
            400,
            "VALIDATION_FAILED",
            () -> signed(body.replace("orch-001", "orch 001"))),
        refused(
            "a key that is none",
            400,
            "VALIDATION_FAILED",
            () -> signed(body.replace("BEGIN PUBLIC", "BEGIN PRIVATE"))));
  }

  private static Api.Answer signed(String body) {
    return register(body, mall.sign(body));
  }

  private static Api.Answer register(String body, String signature) {
    return CENTRAL
        .api()
        .call("POST", "/api/orchestrators/register")
        .json(body)
        .header("X-Signature", signature)
        .send();
  }

  @Test
  void aWrongMethodNamesTheRightOnes() {
    String before = state();
    Api.Answer answer =
        CENTRAL.api().call("DELETE", entity + "/areas").token(CENTRAL.admin()).send();
    assertError(answer, 405, "METHOD_NOT_ALLOWED");
    assertThat(answer.header("Allow")).contains("GET", "POST", "PUT").doesNotContain("DELETE");
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void aChunkedBodyIsCountedToo() {
    String before = state();
    StringBuilder request =
        new StringBuilder("POST " + entity + "/areas HTTP/1.1\r\nHost: central\r\n")
            .append("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n")
            .append("Authorization: Bearer " + CENTRAL.admin() + "\r\n\r\n");
    String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
    request.append(chunk.repeat(18)).append("0\r\n\r\n");
    String answer = RawHttp.send(CENTRAL.port(), request.toString());
    assertThat(answer).startsWith("HTTP/1.1 413").contains("PAYLOAD_TOO_LARGE", "request_id");
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void aHeaderThatIsTooLongIsRefused() {
    String request =
        "GET /health HTTP/1.1\r\nHost: central\r\nX-Request-ID: %s\r\n\r\n"
            .formatted("x".repeat(20_000));
    String answer = RawHttp.send(CENTRAL.port(), request);
    assertThat(answer).startsWith("HTTP/1.1 4").contains("\"code\":\"VALIDATION_FAILED\"");
  }

  @Test
  void aRequestIdIsEchoedWhenItIsSafeAndMadeOtherwise() {
    Api.Answer echoed =
        CENTRAL.api().call("GET", "/api/nothing").header("X-Request-ID", "req-001").send();
    assertThat(echoed.json().path("error").path("request_id").asText()).isEqualTo("req-001");
    assertThat(echoed.header("X-Request-ID")).isEqualTo("req-001");
    Api.Answer made =
        CENTRAL.api().call("GET", "/api/nothing").header("X-Request-ID", "<script>").send();
    Contracts.assertErrorBody(made);
    assertThat(made.header("X-Request-ID")).isNotBlank().doesNotContain("<");
    Api.Answer fine = CENTRAL.api().call("GET", "/health").header("X-Request-ID", "req-2").send();
    assertThat(fine.header("X-Request-ID")).isEqualTo("req-2");
    assertThat(fine.json().path("status").asText()).isEqualTo("healthy");
  }
}
