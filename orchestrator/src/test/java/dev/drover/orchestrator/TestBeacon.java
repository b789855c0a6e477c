package dev.drover.orchestrator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Map;

/** A device with a key of its own that speaks to a mall's door. */
final class TestBeacon {
  final String device;
  private final MallDoor mall;
  private final KeyPair key = PrivateKeys.generate();
  private String beaconId;

  TestBeacon(MallDoor mall, String device) {
    this.mall = mall;
    this.device = device;
  }

  String id() {
    return beaconId;
  }

  String nonce() {
    TestMall.Answer answer =
        mall.send("POST", "/beacons/challenge", null, "{\"device_id\":\"" + device + "\"}");
    return answer.json().path("nonce").asText();
  }

  /** ECDSA over SHA-256, DER, Base64: what openssl makes. */
  String sign(String text) {
    return sign(text, new byte[0]);
  }

  /** The same over a text and the bytes after it. */
  String sign(String text, byte[] more) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(key.getPrivate());
      signer.update(text.getBytes(StandardCharsets.UTF_8));
      signer.update(more);
      return Base64.getEncoder().encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends a body to {@code /beacons/<operation>} with a fresh proof. */
  TestMall.Answer post(String operation, String body) {
    String nonce = nonce();
    return post(operation, body, nonce, sign(nonce + body), Map.of());
  }

  TestMall.Answer post(
      String operation, String body, String nonce, String signature, Map<String, String> more) {
    Map<String, String> headers = new java.util.HashMap<>(more);
    headers.put("X-Device-ID", device);
    headers.put("X-Nonce", nonce);
    headers.put("X-Signature", signature);
    return mall.post("/beacons/" + operation, body, headers);
  }

  /** The headers that prove who sends these bytes. */
  Map<String, String> proof(byte[] body) {
    String nonce = nonce();
    return Map.of("X-Device-ID", device, "X-Nonce", nonce, "X-Signature", sign(nonce, body));
  }

  ObjectNode registration() {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("entity_id", FakeCentral.ENTITY).put("device_id", device);
    body.put("device_type", "turnstile").put("firmware_version", "0.1.8");
    body.put("public_key", PublicKeys.toPem((ECPublicKey) key.getPublic()));
    body.putObject("location").put("area_id", "area-gate-1");
    return body;
  }

  TestMall.Answer register() {
    TestMall.Answer answer = post("register", registration().toString());
    beaconId = answer.json().path("beacon_id").asText();
    return answer;
  }

  TestMall.Answer heartbeat(String status) {
    return post("heartbeat", heartbeatBody(status).toString());
  }

  ObjectNode heartbeatBody(String status) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    return body.put("beacon_id", beaconId).put("status", status);
  }

  /** A batch with entries of these log ids, one a second from 10:00:00 on. */
  ObjectNode logs(String batch, String... ids) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("beacon_id", beaconId).put("batch_id", batch);
    for (String id : ids) {
      body.withArray("logs")
          .addObject()
          .put("log_id", id)
          .put("timestamp", "2026-11-21T10:00:" + id.substring(id.length() - 2) + "Z")
          .put("user_id", "user-" + id)
          .put("result", "success")
          .put("method", "ecdsa_proof");
    }
    return body.put("total_logs", ids.length);
  }
}
