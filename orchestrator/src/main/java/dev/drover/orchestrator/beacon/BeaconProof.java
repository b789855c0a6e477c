package dev.drover.orchestrator.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.TokenVerifier;
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
import dev.drover.proto.navign.BeaconChallengeResponse;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.apache.camel.Exchange;

/**
 * Who a device is (document 1, section 8.1; ): one that signs with the key of its first
 * registration, see {@link DeviceSignature}.
 */
public final class BeaconProof {
  /** Exchange property: true when nobody knows the device yet. */
  public static final String NEW_DEVICE = "DroverNewDevice";

  private final BeaconStore store;
  private final DeviceSignature signature;
  private final ShutOutBeacons revocations;
  private final BiPredicate<String, String> given;
  private final BeaconCaller caller;
  private final String entityId;

  /**
   * Proofs at one mall.
   *
   * @param given whether the mall's data gives a beacon id to a device; asked with both
   * @param tokens knows those who come with a token instead
   */
  public BeaconProof(
      BeaconStore store,
      DeviceSignature signature,
      ShutOutBeacons revocations,
      BiPredicate<String, String> given,
      TokenVerifier tokens,
      String entityId,
      Clock clock) {
    this.store = store;
    this.signature = signature;
    this.revocations = revocations;
    this.given = given;
    this.caller = new BeaconCaller(tokens, entityId, clock);
    this.entityId = entityId;
  }

  /** Takes a challenge's device id as the caller, for the limit of challenges. */
  public void asked(Exchange exchange) {
    caller.refuseTokens(exchange);
    ObjectNode body = Fields.body(exchange);
    caller.is(exchange, Fields.id(body, "device_id") + "|" + Guards.address(exchange));
  }

  /** Answers with a nonce for the device. */
  public void challenge(Exchange exchange) {
    Nonces.Challenge challenge = signature.challenge(Fields.id(Fields.body(exchange), "device_id"));
    exchange.getMessage().setHeader("Cache-Control", "no-store");
    BeaconChallengeResponse answer =
        new BeaconChallengeResponse(challenge.nonce(), challenge.expiresAt());
    exchange.getMessage().setBody(Json.text(answer));
  }

  /**
   * Refuses one who shows no proof at all, before its body is looked at.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE, FORBIDDEN for who has a token
   */
  public void shown(Exchange exchange) {
    caller.refuseTokens(exchange);
    DeviceSignature.requireShown(exchange);
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
    caller.refuseTokens(exchange);
    byte[] bytes = ParsedBody.bytes(exchange);
    ObjectNode body = Fields.body(exchange);
    BeaconRegistration report = BeaconRegistration.read(body);
    ECPublicKey key = key(report);
    if (!report.deviceId().equals(DeviceSignature.deviceId(exchange))) {
      throw DeviceSignature.unproven("X-Device-ID is not the device_id of the registration");
    }
    Optional<Beacon> known = store.find(report.deviceId());
    if (known.isPresent() && !known.get().key().equals(key)) {
      throw DeviceSignature.unproven("This device has registered with another key");
    }
    signature.require(exchange, report.deviceId(), key, bytes);
    String beaconId = known.map(Beacon::beaconId).orElseGet(() -> choose(report));
    refuseRevoked(beaconId);
    caller.isOfMall(exchange, beaconId, body);
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
      throw DeviceSignature.unproven("This device has registered with another key");
    }
    caller.isBeacon(exchange, beacon, body);
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
    caller.refuseTokens(exchange);
    byte[] bytes = ParsedBody.bytes(exchange);
    String deviceId = DeviceSignature.deviceId(exchange);
    Beacon beacon =
        store.find(deviceId).filter(Beacon::registered).orElseThrow(() -> unknown(deviceId));
    signature.require(exchange, deviceId, beacon.key(), bytes);
    refuseRevoked(beacon.beaconId());
    ObjectNode body = Fields.body(exchange);
    caller.isBeaconItself(exchange, beacon, body);
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
    caller.isBeaconItself(exchange, beacon, body);
  }

  private static ProtocolException unknown(String deviceId) {
    return new ProtocolException(
        ErrorCode.BEACON_NOT_REGISTERED,
        "This device is not registered",
        Map.of("device_id", deviceId));
  }
}
