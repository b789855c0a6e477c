package dev.drover.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.SignatureForm;
import dev.drover.engine.crypto.Signatures;
import dev.drover.proto.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A beacon of the benchmark: asks for a nonce, signs, posts. */
final class BenchBeacon {
  /** Bytes of a report of one log, about. */
  static final int SIZE = 250;

  /** As most beacons sign: once hashed. */
  static final SignatureForm FORM =
      new SignatureForm(
          SignatureForm.Hashing.SINGLE, SignatureForm.Layout.DER, SignatureForm.Text.BASE64);

  private final String device;
  private final KeyPair key = PrivateKeys.generate();
  private String beaconId;
  private int logs;
  private int batches;

  BenchBeacon(String device) {
    this.device = device;
  }

  void register(BenchConnection mall) throws IOException {
    Map<String, String> body =
        Map.of(
            "device_id",
            device,
            "device_type",
            "turnstile",
            "public_key",
            PublicKeys.toPem((ECPublicKey) key.getPublic()));
    beaconId = proven(mall, "register", Json.text(body)).path("beacon_id").asText();
  }

  /** What the mall calls it, once it is registered. */
  String beaconId() {
    return beaconId;
  }

  /** Hands in a batch of so many access logs. */
  void report(BenchConnection mall, int size) throws IOException {
    batches++;
    String entries =
        IntStream.range(0, size).mapToObj(i -> entry(++logs)).collect(Collectors.joining(","));
    String body =
        "{\"beacon_id\":\"%s\",\"batch_id\":\"b-%d\",\"total_logs\":%d,\"logs\":[%s]}"
            .formatted(beaconId, batches, size, entries);
    if (proven(mall, "access-logs", body).path("stored").asInt() != size) {
      throw new IOException("the logs were not new");
    }
  }

  private static String entry(int number) {
    return "{\"log_id\":\""
        + number
        + "\",\"timestamp\":\"2026-11-21T08:00:00Z\",\"user_id\":\"user-"
        + number % 500
        + "\",\"result\":\"success\",\"method\":\"ecdsa_proof\",\"duration_ms\":150}";
  }

  /**
   * Sends a body with a fresh proof.
   *
   * @throws IOException when the answer is another than 200
   */
  JsonNode proven(BenchConnection mall, String operation, String body) throws IOException {
    JsonNode challenge = mall.post("/beacons/challenge", "{\"device_id\":\"" + device + "\"}", "");
    String nonce = challenge.path("nonce").asText();
    byte[] signed = (nonce + body).getBytes(StandardCharsets.UTF_8);
    String signature = Signatures.sign((ECPrivateKey) key.getPrivate(), signed, FORM);
    return mall.post(
        "/beacons/" + operation,
        body,
        "X-Device-ID: %s\r\nX-Nonce: %s\r\nX-Signature: %s\r\n"
            .formatted(device, nonce, signature));
  }
}
