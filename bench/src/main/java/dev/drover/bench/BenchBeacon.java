package dev.drover.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.proto.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/** A beacon of the benchmark: asks for a nonce, signs, posts. */
final class BenchBeacon {
  /** Bytes of a report, about. */
  static final int SIZE = 250;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String mall;
  private final String device;
  private final KeyPair key = PrivateKeys.generate();
  private String beaconId;
  private int logs;

  BenchBeacon(String mall, String device) {
    this.mall = mall;
    this.device = device;
  }

  void register() throws Exception {
    Map<String, String> body =
        Map.of(
            "device_id",
            device,
            "device_type",
            "turnstile",
            "public_key",
            PublicKeys.toPem((ECPublicKey) key.getPublic()));
    beaconId = proven("register", Json.text(body)).path("beacon_id").asText();
  }

  /** Hands in one access log. */
  void report() throws Exception {
    logs++;
    String body =
        "{\"beacon_id\":\"%s\",\"batch_id\":\"b-%d\",\"total_logs\":1,\"logs\":[{\"log_id\":\"%d\",\"timestamp\":\"2026-11-21T08:00:00Z\",\"user_id\":\"user-%d\",\"result\":\"success\",\"method\":\"ecdsa_proof\",\"duration_ms\":150}]}"
            .formatted(beaconId, logs, logs, logs % 500);
    if (proven("access-logs", body).path("stored").asInt() != 1) {
      throw new IOException("the log was not new");
    }
  }

  /** What the mall calls it, once it is registered. */
  String beaconId() {
    return beaconId;
  }

  /**
   * Sends a body with a fresh proof.
   *
   * @throws IOException when the answer is another than 200
   */
  JsonNode proven(String operation, String body)
      throws IOException, InterruptedException, GeneralSecurityException {
    String nonce = post("challenge", "{\"device_id\":\"" + device + "\"}").path("nonce").asText();
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(key.getPrivate());
    signer.update((nonce + body).getBytes(StandardCharsets.UTF_8));
    String signature = Base64.getEncoder().encodeToString(signer.sign());
    return post(operation, body, "X-Device-ID", device, "X-Nonce", nonce, "X-Signature", signature);
  }

  private JsonNode post(String operation, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(mall + "/beacons/" + operation))
            .header("Content-Type", "application/json")
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<byte[]> answer =
        HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IOException(
          operation
              + ": "
              + answer.statusCode()
              + " "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return Json.tree(answer.body());
  }
}
