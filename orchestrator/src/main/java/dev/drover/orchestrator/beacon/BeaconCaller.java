package dev.drover.orchestrator.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.util.Map;
import org.apache.camel.Exchange;

/** Says on an exchange which beacon it comes from, and for whom that beacon may speak. */
final class BeaconCaller {
  /** Exchange property: the {@link Beacon} that has proven itself. */
  static final String BEACON = "DroverBeacon";

  /** Exchange property: its id. */
  static final String BEACON_ID = "DroverBeaconId";

  private final TokenVerifier tokens;
  private final String entityId;
  private final Clock clock;

  /** Callers at one mall. */
  BeaconCaller(TokenVerifier tokens, String entityId, Clock clock) {
    this.tokens = tokens;
    this.entityId = entityId;
    this.clock = clock;
  }

  /**
   * Nobody with a token speaks for a beacon; a mobile least of all.
   *
   * @throws ProtocolException FORBIDDEN, or what is wrong with the token
   */
  void refuseTokens(Exchange exchange) {
    Object authorization = exchange.getMessage().removeHeader("Authorization");
    if (authorization != null) {
      String token = authorization.toString().replaceFirst("(?i)^Bearer\\s+", "");
      String role = tokens.verify(token).role().wire();
      throw new ProtocolException(
          ErrorCode.FORBIDDEN, "A beacon signs; a token of role " + role + " is not enough");
    }
  }

  /** The caller is this subject, for limits and logs. */
  void is(Exchange exchange, String subject) {
    Grant grant = new Grant(subject, Role.BEACON, entityId);
    exchange.setProperty(Guards.PRINCIPAL, new Principal(grant, clock.instant(), "signature"));
  }

  /**
   * The caller is a beacon, or the device that becomes it; it speaks for this mall only.
   *
   * @throws ProtocolException ENTITY_FORBIDDEN
   */
  void isOfMall(Exchange exchange, String beaconId, ObjectNode body) {
    // It would name the write in the uplink: one that is used again would swallow another report.
    exchange.getMessage().removeHeader("X-Idempotency-Key");
    is(exchange, beaconId);
    Authoriser.refuseForeign(Guards.caller(exchange), body.path("entity_id").textValue());
  }

  /**
   * The caller is this beacon, which has proven itself.
   *
   * @throws ProtocolException ENTITY_FORBIDDEN
   */
  void isBeacon(Exchange exchange, Beacon beacon, ObjectNode body) {
    exchange.setProperty(BEACON, beacon);
    exchange.setProperty(BEACON_ID, beacon.beaconId());
    isOfMall(exchange, beacon.beaconId(), body);
  }

  /**
   * The same, with a report that is about itself.
   *
   * @throws ProtocolException ENTITY_FORBIDDEN, FORBIDDEN for another's report, VALIDATION_FAILED
   */
  void isBeaconItself(Exchange exchange, Beacon beacon, ObjectNode body) {
    isBeacon(exchange, beacon, body);
    if (!beacon.beaconId().equals(Fields.id(body, "beacon_id"))) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN,
          "A beacon speaks only for itself",
          Map.of("beacon_id", beacon.beaconId()));
    }
  }
}
