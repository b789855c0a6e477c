package dev.drover.orchestrator.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.SignatureForm.Hashing;
import dev.drover.engine.crypto.Signatures;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.mqttbatch.MqttBatchConsumer;
import dev.drover.engine.report.BeaconRegistration;
import dev.drover.engine.report.Fields;
import dev.drover.engine.schema.ParsedBody;
import dev.drover.proto.BeaconId;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Who a device is (document 1, section 8.1; ): {@code X-Device-ID}, {@code X-Nonce}, and
 * {@code X-Signature} over the nonce's text bytes followed by the exact body bytes. The key is the
 * one of its first registration.
 */
public final class BeaconProof {
  /** Exchange property: the {@link Beacon} that has proven itself. */
  static final String BEACON = "DroverBeacon";

  /** Exchange property: its id. */
  public static final String BEACON_ID = "DroverBeaconId";

  private static final List<String> PROOF = List.of("X-Device-ID", "X-Nonce", "X-Signature");

  /** Exchange property: true when nobody knows the device yet. */
  public static final String NEW_DEVICE = "DroverNewDevice";

  private final BeaconStore store;
  private final Nonces nonces;
  private final ShutOutBeacons revocations;
  private final BiPredicate<String, String> given;
  private final TokenVerifier tokens;
  private final String entityId;
  private final Clock clock;

  /**
   * Proofs at one mall.
   *
   * @param given whether the mall's data gives a beacon id to a device; asked with both
   * @param tokens knows those who come with a token instead
   */
  public BeaconProof(
      BeaconStore store,
      Nonces nonces,
      ShutOutBeacons revocations,
      BiPredicate<String, String> given,
      TokenVerifier tokens,
      String entityId,
      Clock clock) {
    this.store = store;
    this.nonces = nonces;
    this.revocations = revocations;
    this.given = given;
    this.tokens = tokens;
    this.entityId = entityId;
    this.clock = clock;
  }

  /** Takes a challenge's device id as the caller, for the limit of challenges. */
  public void asked(Exchange exchange) {
    refuseTokens(exchange);
    ObjectNode body = Fields.body(exchange);
    caller(exchange, Fields.id(body, "device_id") + "|" + Guards.address(exchange));
  }

  /** Answers with a nonce for the device. */
  public void challenge(Exchange exchange) {
    Nonces.Challenge challenge = nonces.issue(Fields.id(Fields.body(exchange), "device_id"));
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("nonce", challenge.nonce()).put("expires_at", challenge.expiresAt().toString());
    exchange.getMessage().setHeader("Cache-Control", "no-store");
    exchange.getMessage().setBody(answer.toString());
  }

  /**
   * Refuses one who shows no proof at all, before its body is looked at.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE, FORBIDDEN for who has a token
   */
  public void shown(Exchange exchange) {
    refuseTokens(exchange);
    PROOF.forEach(name -> header(exchange, name));
  }

  /**
   * The caller proves the key that its registration names; it must be the one that the device
   * registered with first. Sets {@link #NEW_DEVICE}.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE, AUTH_TOKEN_REVOKED, VALIDATION_FAILED,
   *     ENTITY_FORBIDDEN, FORBIDDEN for who has a token
   */
  public void enrol(Exchange exchange) {
    Promises.prove(exchange, "device", () -> proveNewKey(exchange));
  }

  private void proveNewKey(Exchange exchange) {
    refuseTokens(exchange);
    byte[] bytes = ParsedBody.bytes(exchange);
    ObjectNode body = Fields.body(exchange);
    BeaconRegistration report = BeaconRegistration.read(body);
    ECPublicKey key = key(report);
    if (!report.deviceId().equals(header(exchange, "X-Device-ID"))) {
      throw unproven("X-Device-ID is not the device_id of the registration");
    }
    Optional<Beacon> known = store.find(report.deviceId());
    if (known.isPresent() && !known.get().key().equals(key)) {
      throw unproven("This device has registered with another key");
    }
    prove(exchange, report.deviceId(), key, bytes);
    String beaconId = known.map(Beacon::beaconId).orElseGet(() -> choose(report));
    refuseRevoked(beaconId);
    exchange.getMessage().removeHeader("X-Idempotency-Key");
    caller(exchange, beaconId);
    Authoriser.refuseForeign(Guards.caller(exchange), body.path("entity_id").textValue());
    exchange.setProperty(NEW_DEVICE, known.isEmpty());
  }

  /**
   * Pins the key of a device that {@link #enrol} has proven, durably and before anybody hears of
   * it. A known one stays as it is.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE, ALREADY_EXISTS when somebody was faster
   */
  public void pin(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> pinKey(exchange));
  }

  private void pinKey(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    BeaconRegistration report = BeaconRegistration.read(body);
    ECPublicKey key = key(report);
    Beacon beacon =
        store
            .find(report.deviceId())
            .orElseGet(() -> store.pin(report.deviceId(), choose(report), key));
    if (!beacon.key().equals(key)) {
      throw unproven("This device has registered with another key");
    }
    accept(exchange, beacon, body);
  }

  private static ECPublicKey key(BeaconRegistration report) {
    return report
        .publicKey()
        .orElseThrow(() -> Fields.invalid("public_key", "public_key is missing"));
  }

  /**
   * The id that a new device asks for, if the mall's data gives it to that device; else the one
   * that follows from the device. So nobody takes an id that is meant for another.
   */
  private String choose(BeaconRegistration report) {
    return report
        .beaconId()
        .filter(asked -> given.test(asked, report.deviceId()))
        .orElseGet(() -> BeaconId.of(entityId, report.deviceId()));
  }

  private void refuseRevoked(String beaconId) {
    if (revocations.revoked(beaconId)) {
      throw new ProtocolException(
          ErrorCode.AUTH_TOKEN_REVOKED,
          "This beacon was revoked; an operator can restore it",
          Map.of("beacon_id", beaconId));
    }
  }

  /**
   * The caller proves that it is a registered beacon.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE, AUTH_TOKEN_REVOKED, BEACON_NOT_REGISTERED,
   *     ENTITY_FORBIDDEN, FORBIDDEN for another's report or who has a token
   */
  public void authenticate(Exchange exchange) {
    Promises.prove(exchange, "device", () -> proveKnownKey(exchange));
  }

  private void proveKnownKey(Exchange exchange) {
    refuseTokens(exchange);
    byte[] bytes = ParsedBody.bytes(exchange);
    String deviceId = header(exchange, "X-Device-ID");
    Beacon beacon =
        store.find(deviceId).filter(Beacon::registered).orElseThrow(() -> unknown(deviceId));
    prove(exchange, deviceId, beacon.key(), bytes);
    refuseRevoked(beacon.beaconId());
    ObjectNode body = Fields.body(exchange);
    accept(exchange, beacon, body);
    refuseOther(beacon, Fields.id(body, "beacon_id"));
  }

  /**
   * The sender of a message, whom the broker has let write to this topic: {@code
   * beacons/{beacon_id}/…}.
   *
   * @throws ProtocolException BEACON_NOT_REGISTERED, ENTITY_FORBIDDEN, FORBIDDEN, VALIDATION_FAILED
   */
  public void sender(Exchange exchange) {
    Promises.prove(exchange, "device", () -> proveSender(exchange));
  }

  private void proveSender(Exchange exchange) {
    String topic = exchange.getMessage().getHeader(MqttBatchConsumer.TOPIC, String.class);
    String beaconId = topic.split("/")[1];
    Beacon beacon =
        store
            .findBeacon(beaconId)
            .filter(Beacon::registered)
            .orElseThrow(() -> Fields.unknownBeacon(beaconId));
    ObjectNode body = Fields.body(exchange);
    accept(exchange, beacon, body);
    refuseOther(beacon, Fields.id(body, "beacon_id"));
  }

  /**
   * Whether a device shows {@code <nonce>.<signature over the nonce's text bytes>}, for protocols
   * that know only a password.
   */
  Optional<Beacon> login(String deviceId, String password) {
    int dot = password.indexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    String nonce = password.substring(0, dot);
    return store
        .find(deviceId)
        .filter(Beacon::registered)
        .filter(beacon -> !revocations.revoked(beacon.beaconId()))
        .filter(
            beacon ->
                proves(deviceId, beacon.key(), nonce, new byte[0], password.substring(dot + 1)));
  }

  private void prove(Exchange exchange, String deviceId, ECPublicKey key, byte[] body) {
    Message message = exchange.getMessage();
    String nonce = header(exchange, "X-Nonce");
    String signature = message.getHeader("X-Signature", String.class);
    if (!proves(deviceId, key, nonce, body, signature)) {
      throw unproven(
          "X-Signature is not this device's over the nonce and the body, or the nonce was not for"
              + " it, has ended or was used");
    }
  }

  private boolean proves(
      String deviceId, ECPublicKey key, String nonce, byte[] body, String signature) {
    byte[] said = nonce.getBytes(StandardCharsets.UTF_8);
    byte[] whole = ByteBuffer.allocate(said.length + body.length).put(said).put(body).array();
    return nonces.valid(deviceId, nonce)
        && Signatures.verify(key, whole, signature, Hashing.SINGLE).isPresent()
        && nonces.use(nonce);
  }

  private void accept(Exchange exchange, Beacon beacon, ObjectNode body) {
    // It would name the write in the uplink: one that is used again would swallow another report.
    exchange.getMessage().removeHeader("X-Idempotency-Key");
    caller(exchange, beacon.beaconId());
    exchange.setProperty(BEACON, beacon);
    exchange.setProperty(BEACON_ID, beacon.beaconId());
    Authoriser.refuseForeign(Guards.caller(exchange), body.path("entity_id").textValue());
  }

  private void caller(Exchange exchange, String subject) {
    Grant grant = new Grant(subject, Role.BEACON, entityId);
    exchange.setProperty(Guards.PRINCIPAL, new Principal(grant, clock.instant(), "signature"));
  }

  /** Nobody with a token speaks for a beacon; a mobile least of all. */
  private void refuseTokens(Exchange exchange) {
    Object authorization = exchange.getMessage().removeHeader("Authorization");
    if (authorization != null) {
      String token = authorization.toString().replaceFirst("(?i)^Bearer\\s+", "");
      String role = tokens.verify(token).role().wire();
      throw new ProtocolException(
          ErrorCode.FORBIDDEN, "A beacon signs; a token of role " + role + " is not enough");
    }
  }

  private static void refuseOther(Beacon beacon, String beaconId) {
    if (!beacon.beaconId().equals(beaconId)) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN,
          "A beacon speaks only for itself",
          Map.of("beacon_id", beacon.beaconId()));
    }
  }

  private static String header(Exchange exchange, String name) {
    String value = exchange.getMessage().getHeader(name, "", String.class);
    if (value.isBlank()) {
      throw unproven("Send X-Device-ID, X-Nonce and X-Signature");
    }
    return value;
  }

  private static ProtocolException unknown(String deviceId) {
    return new ProtocolException(
        ErrorCode.BEACON_NOT_REGISTERED,
        "This device is not registered",
        Map.of("device_id", deviceId));
  }

  private static ProtocolException unproven(String why) {
    return new ProtocolException(ErrorCode.AUTH_INVALID_SIGNATURE, why);
  }
}
