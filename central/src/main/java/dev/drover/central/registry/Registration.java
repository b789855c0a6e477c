package dev.drover.central.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.EntityStore;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.IssuedToken;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.SignatureForm;
import dev.drover.engine.crypto.Signatures;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.AnnouncementResponse;
import dev.drover.proto.navign.RegisterRequest;
import dev.drover.proto.navign.RegisterResponse;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.bson.Document;

/** The steps of a registration and of a token refresh (document 1, section 1; R-02 to R-05). */
public final class Registration {
  /** Exchange property: the verified {@link RegisterRequest}. */
  public static final String REQUEST = "DroverRegisterRequest";

  /** Exchange property: true when the same key has registered this id before. */
  public static final String KNOWN_KEY = "DroverKnownKey";

  /** Exchange property: true once after an operator has restored a revoked orchestrator. */
  public static final String MAY_RETURN = "DroverMayReturn";

  /** Exchange property: the fingerprint of the key that signed. */
  static final String KEY_ID = "DroverKeyId";

  /** Exchange property: whether the trust policy lets the orchestrator in. */
  public static final String TRUSTED = "DroverTrusted";

  /** How far a signed time may be away from central's clock. */
  private static final Duration FRESH = Duration.ofMinutes(5);

  private static final String REVOKED = "DroverRevoked";

  private final OrchestratorRegistry registry;
  private final EntityStore entities;
  private final TokenIssuer tokens;
  private final Duration tokenLifetime;
  private final String publicUrl;
  private final Clock clock;

  /**
   * The steps of one central.
   *
   * @param publicUrl where orchestrators reach this central, for {@code sync_endpoints}
   */
  public Registration(
      OrchestratorRegistry registry,
      EntityStore entities,
      TokenIssuer tokens,
      Duration tokenLifetime,
      String publicUrl,
      Clock clock) {
    this.registry = registry;
    this.entities = entities;
    this.tokens = tokens;
    this.tokenLifetime = tokenLifetime;
    this.publicUrl = publicUrl;
    this.clock = clock;
  }

  /**
   * Proves that the sender holds the key it names, and that this id is not another key's.
   *
   * @throws ProtocolException VALIDATION_FAILED, AUTH_INVALID_SIGNATURE
   */
  public void authenticate(Exchange exchange) {
    Promises.prove(exchange, "signature", () -> verifyRequest(exchange));
  }

  private void verifyRequest(Exchange exchange) {
    if (exchange.getMessage().getHeader("X-Signature", "", String.class).isBlank()) {
      // Nothing is read of one who shows no proof.
      throw unproven();
    }
    byte[] body = exchange.getMessage().getBody(byte[].class);
    RegisterRequest request = RegisterRequest.parse(body);
    ECPublicKey key = PublicKeys.parse(request.publicKey());
    SignatureForm form = verify(exchange.getMessage(), body, key);
    String keyId = PublicKeys.fingerprint(key);
    Optional<Document> known = registry.find(request.entityId(), request.orchestratorId());
    Optional<String> pinned = known.map(record -> record.getString("key_id"));
    if (pinned.isPresent() && !keyId.equals(pinned.get())) {
      throw new ProtocolException(
          ErrorCode.AUTH_INVALID_SIGNATURE, "This orchestrator_id belongs to another key");
    }
    exchange.setProperty(REQUEST, request);
    exchange.setProperty(KEY_ID, keyId);
    exchange.setProperty("DroverSignatureForm", form.toString());
    exchange.setProperty(
        KNOWN_KEY, known.map(record -> record.getInteger("registrations", 0) > 0).orElse(false));
    exchange.setProperty(
        MAY_RETURN, known.map(record -> record.getBoolean("may_return", false)).orElse(false));
    exchange.setProperty(
        REVOKED, known.map(record -> record.containsKey("revoked_at")).orElse(false));
    // Not a token's holder yet: the key is the caller, for limits and for stored answers.
    exchange.setProperty(
        Guards.PRINCIPAL,
        new Principal(
            new Grant(
                request.orchestratorId() + "#" + keyId, Role.ORCHESTRATOR, request.entityId()),
            Instant.MAX,
            "registration"));
  }

  /**
   * Refuses an orchestrator that was revoked and that nobody has restored.
   *
   * @throws ProtocolException FORBIDDEN
   */
  public void refuseRevoked(Exchange exchange) {
    Promises.prove(exchange, "not-revoked", () -> requireNotRevoked(exchange));
  }

  private void requireNotRevoked(Exchange exchange) {
    if (exchange.getProperty(REVOKED, false, Boolean.class)) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN, "This orchestrator was revoked; an operator can restore it");
    }
  }

  private static SignatureForm verify(Message message, byte[] body, ECPublicKey key) {
    Object signature = message.removeHeader("X-Signature");
    return Optional.ofNullable(signature)
        .flatMap(text -> Signatures.verify(key, body, text.toString()))
        .orElseThrow(Registration::unproven);
  }

  private static ProtocolException unproven() {
    return new ProtocolException(
        ErrorCode.AUTH_INVALID_SIGNATURE,
        "X-Signature is not an ECDSA P-256 signature of this body by this key");
  }

  /**
   * Applies the trust policy to an orchestrator that nobody has announced; sets {@link #TRUSTED}.
   *
   * @param trust {@code tofu}: the first key is trusted, an unknown entity is created; {@code
   *     preregistered}: the key must have been announced; {@code approval}: a key that is not
   *     pinned is not trusted yet
   * @throws ProtocolException FORBIDDEN
   */
  public void trust(Exchange exchange, String trust) {
    applyTrust(exchange, trust);
    if (exchange.getProperty(TRUSTED, false, Boolean.class)) {
      Promises.prove(exchange, "trusted", () -> {});
    }
  }

  private void applyTrust(Exchange exchange, String trust) {
    RegisterRequest request = exchange.getProperty(REQUEST, RegisterRequest.class);
    Optional<Document> announced = registry.find(request.entityId(), request.orchestratorId());
    boolean pinned = announced.filter(record -> record.containsKey("key_id")).isPresent();
    exchange.setProperty(TRUSTED, pinned || !trust.equals("approval"));
    if (trust.equals("tofu")) {
      entities.create(request.entityId(), Json.text(Map.of("id", request.entityId())));
    } else if (trust.equals("preregistered") && announced.isEmpty()) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN, "This orchestrator is not announced; ask an operator to do it");
    }
  }

  /** Pins the key, stores the registration and answers it. */
  public void register(Exchange exchange) {
    Promises.store(exchange, "orchestrators", () -> pinAndAnswer(exchange));
  }

  private void pinAndAnswer(Exchange exchange) {
    if (!exchange.getProperty(TRUSTED, false, Boolean.class)) {
      // One that waits has its answer already; a flow that goes on all the same lets nobody in.
      throw new IllegalStateException("nobody has trusted this orchestrator; the flow goes on");
    }
    RegisterRequest request = exchange.getProperty(REQUEST, RegisterRequest.class);
    String keyId = exchange.getProperty(KEY_ID, String.class);
    Document record = registry.pin(request.entityId(), request.orchestratorId(), keyId);
    if (!keyId.equals(record.getString("key_id"))) {
      throw new ProtocolException(
          ErrorCode.AUTH_INVALID_SIGNATURE, "This orchestrator_id belongs to another key");
    }
    boolean stale = registry.stale(record);
    registry.register(record, request, Operation.of(exchange));
    answer(exchange, record, stale);
  }

  /**
   * Pins the key of an orchestrator that has not registered yet, as operators do in production.
   *
   * @throws ProtocolException ENTITY_NOT_FOUND, or ALREADY_EXISTS for an id with another key
   */
  public void announce(Exchange exchange) {
    Promises.store(exchange, "orchestrators", () -> pinAnnounced(exchange));
  }

  private void pinAnnounced(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String entityId = Fields.id(body, "entity_id");
    String orchestratorId = Fields.id(body, "orchestrator_id");
    Authoriser.refuseForeign(Guards.caller(exchange), entityId);
    if (entities.entity(entityId).isEmpty()) {
      throw new ProtocolException(ErrorCode.ENTITY_NOT_FOUND, "No such entity: " + entityId);
    }
    String keyId = PublicKeys.fingerprint(PublicKeys.parse(Fields.need(body, "public_key")));
    Document record = registry.pin(entityId, orchestratorId, keyId);
    if (!keyId.equals(record.getString("key_id"))) {
      throw new ProtocolException(
          ErrorCode.ALREADY_EXISTS, "This orchestrator_id belongs to another key");
    }
    AnnouncementResponse answer =
        new AnnouncementResponse(entityId, orchestratorId, record.getString("assigned_id"));
    ProtocolLog.target(exchange, entityId + "/" + orchestratorId);
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
    exchange.getMessage().setBody(Json.text(answer));
  }

  /**
   * Verifies that a refresh is signed with the pinned key and is meant for this token: {@code
   * {orchestrator_id, token_id, timestamp}}, signed as a whole.
   *
   * @throws ProtocolException VALIDATION_FAILED, FORBIDDEN for another orchestrator,
   *     AUTH_INVALID_SIGNATURE for another key or token
   */
  public void authenticateRefresh(Exchange exchange) {
    Promises.prove(exchange, "signature", () -> verifyRefresh(exchange));
  }

  private void verifyRefresh(Exchange exchange) {
    Document record = record(exchange);
    Principal caller = Guards.caller(exchange);
    byte[] body = exchange.getMessage().getBody(byte[].class);
    ObjectNode said = Json.object(body);
    String orchestratorId = Fields.id(said, "orchestrator_id");
    String tokenId = Fields.need(said, "token_id");
    Fields.time(said, "timestamp").orElseThrow(Registration::timeless);
    String pem = record.getString("public_key");
    if (pem == null) {
      throw new ProtocolException(ErrorCode.AUTH_INVALID_SIGNATURE, "No key is registered");
    }
    verify(exchange.getMessage(), body, PublicKeys.parse(pem));
    Authoriser.refuseOtherOrchestrator(caller, orchestratorId);
    if (!tokenId.equals(caller.jti())) {
      throw new ProtocolException(
          ErrorCode.AUTH_INVALID_SIGNATURE, "token_id is not the jti of the bearer token");
    }
  }

  private static ProtocolException timeless() {
    return Fields.invalid("timestamp", "timestamp is missing: send the time of signing (RFC 3339)");
  }

  private void refuseStale(Instant made) {
    if (Duration.between(made, clock.instant()).abs().compareTo(FRESH) > 0) {
      throw new ProtocolException(
          ErrorCode.AUTH_INVALID_SIGNATURE,
          "timestamp is more than 5 minutes from central's time: set the clock and sign again",
          Map.of("server_time", clock.instant().toString()));
    }
  }

  /**
   * Refuses what was signed at another time, so that a recording is worth nothing later. Belongs
   * after the stored answers: a lost one is given again, however late.
   *
   * @param required whether one without {@code timestamp} is refused
   * @throws ProtocolException VALIDATION_FAILED, AUTH_INVALID_SIGNATURE
   */
  public void checkFresh(Exchange exchange, boolean required) {
    Promises.prove(exchange, "fresh", () -> requireFresh(exchange, required));
  }

  private void requireFresh(Exchange exchange, boolean required) {
    ObjectNode said = Json.object(exchange.getMessage().getBody(byte[].class));
    Optional<Instant> made = Fields.time(said, "timestamp");
    if (made.isEmpty() && required) {
      throw timeless();
    }
    made.ifPresent(this::refuseStale);
  }

  /**
   * Exchanges a token once. A repetition with its idempotency key comes here only when the first
   * one was killed before its answer was stored.
   *
   * @throws ProtocolException AUTH_TOKEN_INVALID when this token was exchanged before
   */
  public void refresh(Exchange exchange) {
    Promises.store(exchange, "orchestrators", () -> exchangeToken(exchange));
  }

  private void exchangeToken(Exchange exchange) {
    Document record = record(exchange);
    Principal caller = Guards.caller(exchange);
    String key = exchange.getMessage().getHeader("X-Idempotency-Key", "", String.class);
    if (!registry.exchange(caller.jti(), key, caller.expiresAt())) {
      throw new ProtocolException(
          ErrorCode.AUTH_TOKEN_INVALID, "This token was exchanged already; register again");
    }
    answer(exchange, record, registry.stale(record));
  }

  private Document record(Exchange exchange) {
    Principal caller = Guards.caller(exchange);
    return registry
        .find(caller.entityId(), caller.subject())
        .orElseThrow(
            () ->
                new ProtocolException(
                    ErrorCode.AUTH_TOKEN_INVALID, "The token's orchestrator is not registered"));
  }

  private void answer(Exchange exchange, Document record, boolean stale) {
    Grant grant =
        new Grant(
            record.getString("assigned_id"),
            Role.ORCHESTRATOR,
            record.getString("entity_id"),
            Optional.of(record.getString("orchestrator_id")),
            record.getInteger("generation", 0));
    IssuedToken token = tokens.issue(grant, tokenLifetime);
    exchange
        .getMessage()
        .setBody(
            Json.text(
                new RegisterResponse(
                    token.value(),
                    token.principal().expiresAt().getEpochSecond(),
                    record.getString("assigned_id"),
                    RegisterResponse.SyncEndpoints.below(publicUrl),
                    stale)));
  }
}
