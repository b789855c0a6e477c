package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIds;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was granted is taken back, and a token is exchanged once, now, by who holds the key. */
class RevocationTest {
  private static final String WHY = "{\"reason\":\"stolen\"}";
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir static Path data;
  private static TestCentral central;

  @BeforeAll
  static void start() {
    central =
        new TestCentral(
            data,
            "--drover.registration.require-fresh=true",
            "--drover.registration.reissue-on-restart=false");
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  @Test
  void c3WhatCentralKeepsIsItsOwnersOnly() throws IOException {
    try (Stream<Path> paths = Files.walk(data)) {
      assertThat(paths.filter(Files::isDirectory)).allMatch(path -> mode(path).equals("rwx------"));
    }
    assertThat(mode(data.resolve("keys/central-token.pem"))).isEqualTo("rw-------");
  }

  private static String mode(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertRefused(TestCentral.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  /** Completes when central ends the stream. */
  private static CompletableFuture<Void> listens(String token) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(central.url() + "/api/orchestrators/events"))
            .header("Authorization", "Bearer " + token)
            .build();
    HttpResponse<InputStream> stream =
        central.client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream()).join();
    assertThat(stream.statusCode()).isEqualTo(200);
    return CompletableFuture.runAsync(
        () -> {
          try (InputStream in = stream.body()) {
            while (in.read() >= 0) {
              // what it says does not matter, only that it ends
            }
          } catch (IOException e) {
            // an aborted stream has ended too
          }
        });
  }

  private static List<String> audited(String target) {
    return central
        .bean(MongoDatabase.class)
        .getCollection("audit")
        .find(new Document("target", target))
        .map(entry -> entry.getString("action") + " by " + entry.getString("by"))
        .into(new ArrayList<>());
  }

  @Test
  void c11ARevokedOrchestratorIsRefusedAtOnceUntilItIsRestored() {
    TestCentral.Mall mall = central.registered("revoked");
    TestCentral.Mall other = central.registered("other");
    String operator = central.token(Role.OPERATOR, mall.entity);
    CompletableFuture<Void> stream = listens(mall.token);
    CompletableFuture<Void> untouched = listens(other.token);
    String path = "/api/orchestrators/orch-001/";
    assertRefused(central.post(path + "revoke", mall.token, WHY), 403, "FORBIDDEN");
    assertRefused(central.post(path + "revoke", operator, "{}"), 400, "VALIDATION_FAILED");
    assertRefused(
        central.post("/api/orchestrators/nobody/revoke", operator, WHY), 404, "NOT_FOUND");
    TestCentral.Answer revoked = central.post(path + "revoke", operator, WHY);
    assertThat(revoked.status()).as(revoked.body()).isEqualTo(200);
    String since = revoked.json().path("revoked_at").asText();
    assertThat(Instant.parse(since)).isBefore(Instant.now().plusSeconds(1));
    assertRefused(mall.heartbeat(""), 401, "AUTH_TOKEN_REVOKED");
    await().atMost(SOON).until(stream::isDone);
    assertRefused(mall.register(), 403, "FORBIDDEN");
    assertThat(central.post(path + "revoke", operator, WHY).json().path("revoked_at").asText())
        .isEqualTo(since);
    assertThat(other.heartbeat("").status()).isEqualTo(200);
    assertThat(untouched).isNotDone();
    assertThat(central.get("/api/orchestrators", operator).body()).contains(since);
    assertThat(central.send("POST", path + "restore", operator, null, Map.of()).status())
        .isEqualTo(200);
    assertRefused(mall.heartbeat(""), 401, "AUTH_TOKEN_REVOKED");
    assertThat(mall.register().status()).isEqualTo(200);
    assertThat(mall.heartbeat("").status()).isEqualTo(200);
    assertThat(audited(mall.entity + "/orch-001"))
        .contains("orchestrator_revoked by operator-1", "orchestrator_restored by operator-1");
  }

  @Test
  void c11AForgottenKeyIsPinnedAnew() {
    TestCentral.Mall mall = central.registered("forgotten");
    TestCentral.Mall heir = central.new Mall(mall.entity);
    assertRefused(heir.register(), 401, "AUTH_INVALID_SIGNATURE");
    String path = "/api/orchestrators/" + mall.assigned + "/";
    String forget = "{\"reason\":\"replaced\",\"forget_key\":true}";
    assertThat(central.post(path + "revoke", central.admin(), forget).status()).isEqualTo(200);
    assertRefused(heir.register(), 403, "FORBIDDEN");
    assertThat(central.post(path + "restore", central.admin(), "{}").status()).isEqualTo(200);
    assertThat(heir.register().status()).isEqualTo(200);
    assertRefused(mall.register(), 401, "AUTH_INVALID_SIGNATURE");
  }

  @Test
  void c11ARetiredSigningKeyEndsItsTokensAndStreams() {
    TestCentral.Mall mall = central.registered("keys");
    String former = central.get("/api/keys", central.admin()).json().at("/keys/0/kid").asText();
    assertRefused(
        central.post("/api/keys/rotate", central.token(Role.OPERATOR, "*"), WHY), 403, "FORBIDDEN");
    assertRefused(
        central.post("/api/keys/" + former + "/retire", central.admin(), WHY),
        400,
        "VALIDATION_FAILED");
    CompletableFuture<Void> stream = listens(mall.token);
    TestCentral.Answer rotated = central.post("/api/keys/rotate", central.admin(), WHY);
    assertThat(rotated.status()).as(rotated.body()).isEqualTo(200);
    String present = rotated.json().path("kid").asText();
    assertThat(present).isNotEqualTo(former);
    assertThat(rotated.json().path("former_kid").asText()).isEqualTo(former);
    String jwks = "/.well-known/jwks.json";
    assertThat(central.get(jwks, null).body()).contains(former, present);
    assertThat(mall.heartbeat("").status()).isEqualTo(200);
    String old = mall.token;
    assertThat(central.post("/api/keys/" + former + "/retire", central.admin(), WHY).status())
        .isEqualTo(200);
    assertRefused(central.get("/api/orchestrators/sync/checksum", old), 401, "AUTH_TOKEN_REVOKED");
    await().atMost(SOON).until(stream::isDone);
    assertThat(central.get(jwks, null).body()).contains(present).doesNotContain(former);
    assertThat(central.get("/api/keys", central.admin()).body()).contains("retired");
    assertThat(audited(former))
        .containsExactly("signing_key_rotated by admin-1", "signing_key_retired by admin-1");
  }

  @Test
  void c11ARevokedBeaconIsToldToItsMall() {
    TestCentral.Mall mall = central.registered("beacons");
    String operator = central.token(Role.OPERATOR, mall.entity);
    String registration = "{\"device_id\":\"gate-1\",\"device_type\":\"turnstile\"}";
    String beacon =
        central
            .post("/api/orchestrators/beacons/register", mall.token, registration)
            .json()
            .path("beacon_id")
            .asText();
    String path = "/api/entities/" + mall.entity + "/beacons/" + beacon + "/";
    assertRefused(central.post(path + "revoke", mall.token, WHY), 403, "FORBIDDEN");
    assertRefused(
        central.post(path.replace(beacon, "nobody") + "revoke", operator, WHY),
        404,
        "BEACON_NOT_REGISTERED");
    assertThat(central.post(path + "revoke", operator, WHY).json().has("revoked_at")).isTrue();
    String heartbeat = "{\"beacon_id\":\"" + beacon + "\",\"status\":\"online\"}";
    TestCentral.Answer answer =
        central.post("/api/orchestrators/beacons/heartbeat", mall.token, heartbeat);
    assertThat(answer.json().path("revoked").asBoolean()).isTrue();
    assertThat(central.post(path + "restore", operator, "{}").status()).isEqualTo(200);
    answer = central.post("/api/orchestrators/beacons/heartbeat", mall.token, heartbeat);
    assertThat(answer.json().has("revoked")).isFalse();
    assertThat(audited(mall.entity + "/" + beacon)).hasSize(2);
  }

  private static TestCentral.Answer refresh(TestCentral.Mall mall, String body, String key) {
    return central.send(
        "POST",
        "/api/orchestrators/token/refresh",
        mall.token,
        body,
        Map.of("X-Signature", mall.sign(body), "X-Idempotency-Key", key));
  }

  private static ObjectNode refreshing(TestCentral.Mall mall, Instant at) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("orchestrator_id", "orch-001");
    return body.put("token_id", TokenIds.jti(mall.token)).put("timestamp", at.toString());
  }

  @Test
  void c4ATokenIsExchangedOnceForItselfAndNow() {
    TestCentral.Mall mall = central.registered("refresh");
    String registration = mall.registration().toString();
    assertRefused(refresh(mall, "{}", UUID.randomUUID().toString()), 400, "VALIDATION_FAILED");
    assertRefused(
        refresh(mall, registration, UUID.randomUUID().toString()), 400, "VALIDATION_FAILED");
    Instant now = Instant.now();
    for (Instant wrong : List.of(now.minusSeconds(330), now.plusSeconds(330))) {
      assertRefused(
          refresh(mall, refreshing(mall, wrong).toString(), UUID.randomUUID().toString()),
          401,
          "AUTH_INVALID_SIGNATURE");
    }
    assertRefused(
        refresh(
            mall,
            refreshing(mall, now).put("token_id", "another").toString(),
            UUID.randomUUID().toString()),
        401,
        "AUTH_INVALID_SIGNATURE");
    assertRefused(
        refresh(
            mall,
            refreshing(mall, now).put("orchestrator_id", "another").toString(),
            UUID.randomUUID().toString()),
        403,
        "FORBIDDEN");
    String body = refreshing(mall, now).toString();
    String key = UUID.randomUUID().toString();
    TestCentral.Answer first = refresh(mall, body, key);
    assertThat(first.status()).as(first.body()).isEqualTo(200);
    assertThat(refresh(mall, body, key).json().path("token")).isEqualTo(first.json().path("token"));
    assertRefused(refresh(mall, body, UUID.randomUUID().toString()), 401, "AUTH_TOKEN_INVALID");
  }

  @Test
  void c4ARegistrationIsSignedNow() {
    TestCentral.Mall mall = central.new Mall("fresh-" + UUID.randomUUID());
    ObjectNode old = mall.registration();
    assertRefused(
        mall.register(old.put("timestamp", Instant.now().minusSeconds(330).toString())),
        401,
        "AUTH_INVALID_SIGNATURE");
    old.remove("timestamp");
    assertRefused(mall.register(old), 400, "VALIDATION_FAILED");
    assertThat(mall.register().status()).isEqualTo(200);
  }
}
