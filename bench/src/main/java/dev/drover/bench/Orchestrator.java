package dev.drover.bench;

import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Signatures;
import dev.drover.proto.Json;
import dev.drover.proto.navign.RegisterRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.UUID;

/**
 * One mall of the registration benchmark, with a key of its own.
 *
 * @param registration its signed request, ready to be sent
 */
record Orchestrator(byte[] registration) {
  /** What a mall says of itself every minute; the token says who it is. */
  static final String HEARTBEAT =
      """
      {"status":"healthy","version":"1.0.0","uptime_seconds":3600,"connected_robots":0,\
      "active_tasks":0,"pending_tasks":0,"metrics":{"cpu_percent":12.5,"memory_used_mb":230,\
      "disk_used_gb":4.2,"cache_size_mb":1.5},"timestamp":"2025-01-01T00:00:00.000Z"}""";

  private static final int MALLS = 100;

  /** Makes a key and signs the registration of a new orchestrator of one of a hundred malls. */
  static Orchestrator numbered(int number) {
    KeyPair key = newKey();
    String body =
        Json.text(
            new RegisterRequest(
                "bench-mall-" + number % MALLS,
                "bench-orchestrator-" + number,
                "1.0.0",
                List.of("sync", "firmware"),
                PublicKeys.toPem((ECPublicKey) key.getPublic()),
                60,
                "http://192.168.1.10:8081"));
    String signature =
        Signatures.sign((ECPrivateKey) key.getPrivate(), body.getBytes(StandardCharsets.UTF_8));
    String headers =
        "X-Signature: " + signature + "\r\nX-Idempotency-Key: " + UUID.randomUUID() + "\r\n";
    return new Orchestrator(HttpBench.post("/api/orchestrators/register", headers, body));
  }

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
