package dev.drover.e2e.siege;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.e2e.harness.Api;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Random;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/** An enrolled beacon that signs what nobody should take, over HTTP and over MQTT. */
final class HostileBeacon implements Attack {
  private static final int LARGE = 20 << 20;

  private final Stranger caller;
  private final String device;
  private final int mqttPort;
  private final Random random;
  private final KeyPair key = PrivateKeys.generate();
  private String beaconId = "";

  HostileBeacon(Stranger caller, String device, int mqttPort, long seed) {
    this.caller = caller;
    this.device = device;
    this.mqttPort = mqttPort;
    this.random = new Random(seed);
  }

  @Override
  public String name() {
    return "enrolled beacon";
  }

  @Override
  public void strike(Outcomes outcomes) throws IOException {
    if (beaconId.isEmpty()) {
      enrol(outcomes);
    } else if (random.nextInt(10) == 0) {
      outcomes.count("MQTT " + publish());
    } else {
      byte[] body = BadRequests.badJson(random, 1 + random.nextInt(1 << 20));
      outcomes.count(Stranger.status(signed("access-logs", body)));
    }
  }

  private void enrol(Outcomes outcomes) throws IOException {
    ObjectNode body = Api.JSON.createObjectNode();
    body.put("device_id", device).put("device_type", "turnstile").put("firmware_version", "1.0.0");
    body.put("public_key", PublicKeys.toPem((ECPublicKey) key.getPublic()));
    String answer = signed("register", body.toString().getBytes(StandardCharsets.UTF_8));
    outcomes.count("enrolment " + Stranger.status(answer));
    if (answer.startsWith("HTTP/1.1 200")) {
      beaconId = body(answer).path("beacon_id").asText();
    }
  }

  private static com.fasterxml.jackson.databind.JsonNode body(String answer) throws IOException {
    return Api.JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
  }

  private String nonce() throws IOException {
    byte[] asking = ("{\"device_id\":\"" + device + "\"}").getBytes(StandardCharsets.UTF_8);
    String answer = caller.ask(BadRequests.request("POST /beacons/challenge", "", asking));
    if (!answer.startsWith("HTTP/1.1 200")) {
      throw new IOException("no nonce: " + Stranger.status(answer));
    }
    return body(answer).path("nonce").asText();
  }

  private String signed(String operation, byte[] body) throws IOException {
    String nonce = nonce();
    String headers =
        "X-Device-ID: %s\r\nX-Nonce: %s\r\nX-Signature: %s\r\n"
            .formatted(device, nonce, sign(nonce, body));
    return caller.ask(BadRequests.request("POST /beacons/" + operation, headers, body));
  }

  private String sign(String nonce, byte[] body) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(key.getPrivate());
      signer.update(nonce.getBytes(StandardCharsets.UTF_8));
      signer.update(body);
      return Base64.getEncoder().encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** 20 MB to its own topic; says how that ends. */
  private String publish() throws IOException {
    String nonce = nonce();
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(device);
    options.setPassword((nonce + "." + sign(nonce, new byte[0])).getBytes(StandardCharsets.UTF_8));
    options.setAutomaticReconnect(false);
    MqttClient client = null;
    try {
      client = new MqttClient("tcp://127.0.0.1:" + mqttPort, device, new MemoryPersistence());
      client.setTimeToWait(10_000);
      client.connect(options);
      client.publish("beacons/" + beaconId + "/access-logs", new byte[LARGE], 1, false);
      return "acknowledged";
    } catch (MqttException e) {
      return "refused";
    } finally {
      end(client);
    }
  }

  private static void end(MqttClient client) throws IOException {
    if (client == null) {
      return;
    }
    try {
      client.disconnectForcibly(0, 100, false);
      client.close(true);
    } catch (MqttException e) {
      throw new IOException("the connection was cut", e);
    }
  }
}
