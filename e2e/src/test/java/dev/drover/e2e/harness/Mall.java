package dev.drover.e2e.harness;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.TokenIds;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/**
 * A mall as the guide's client makes one: a P-256 key, and a registration whose signature hashes
 * twice (document 2, step 1).
 */
public final class Mall {
  private final String entity;
  private final String orchestrator;
  private final KeyPair key;
  private final String signedAt = Instant.now().toString();

  /** A mall with a key of its own. */
  public Mall(String entity, String orchestrator) {
    this(entity, orchestrator, PrivateKeys.generate());
  }

  /** A mall with this key. */
  public Mall(String entity, String orchestrator, KeyPair key) {
    this.entity = entity;
    this.orchestrator = orchestrator;
    this.key = key;
  }

  /** A mall that no other test knows. */
  public static Mall fresh(String prefix) {
    return new Mall(prefix + "-" + UUID.randomUUID(), "orch-001");
  }

  /** Its entity. */
  public String entity() {
    return entity;
  }

  /** The orchestrator id that it asks for. */
  public String orchestrator() {
    return orchestrator;
  }

  /** Its public key in PEM. */
  public String publicKey() {
    return PublicKeys.toPem((ECPublicKey) key.getPublic());
  }

  /** The body of its registration. */
  public String registration() {
    return Api.JSON
        .createObjectNode()
        .put("entity_id", entity)
        .put("orchestrator_id", orchestrator)
        .put("version", "0.1.0")
        .<com.fasterxml.jackson.databind.node.ObjectNode>set(
            "capabilities",
            Api.JSON
                .createArrayNode()
                .add("task_assignment")
                .add("firmware_distribution")
                .add("beacon_management"))
        .put("public_key", publicKey())
        .put("heartbeat_interval", 60)
        .put("local_address", "https://orchestrator.local:50051")
        // the same each time, so that a repetition is one
        .put("timestamp", signedAt)
        .toString();
  }

  /** The body of a refresh of a token. */
  public String refresh(String token) {
    return Api.JSON
        .createObjectNode()
        .put("orchestrator_id", orchestrator)
        .put("token_id", TokenIds.jti(token))
        .put("timestamp", Instant.now().toString())
        .toString();
  }

  /**
   * Base64 of the raw r‖s signature over SHA-256(SHA-256(body)), as the guide's client sends it.
   */
  public String sign(String body) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(key.getPrivate());
      signer.update(hash);
      return Base64.getEncoder().encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The registration request, to be changed or sent. */
  public Api.Call registering(Api api) {
    String body = registration();
    return api.call("POST", "/api/orchestrators/register")
        .json(body)
        .header("X-Signature", sign(body));
  }

  /** Registers, or fails. */
  public JsonNode register(Api api) {
    Api.Answer answer = registering(api).send();
    if (answer.status() != 200) {
      throw new IllegalStateException("registration failed: " + answer);
    }
    return answer.json();
  }
}
