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
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.RegisterRequest;
import dev.drover.proto.RegisterResponse;
import java.security.interfaces.ECPublicKey;
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

  private static final String KEY_ID = "DroverKeyId";

  private final OrchestratorRegistry registry;
  private final EntityStore entities;
  private final TokenIssuer tokens;
  private final Duration tokenLifetime;
  private final String publicUrl;

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
      String publicUrl) {
    this.registry = registry;
    this.entities = entities;
    this.tokens = tokens;
    this.tokenLifetime = tokenLifetime;
    this.publicUrl = publicUrl;
  }

  /**
   * Proves that the sender holds the key it names, and that this id is not another key's.
   *
   * @throws ProtocolException VALIDATION_FAILED, AUTH_INVALID_SIGNATURE
   */
  public void authenticate(Exchange exchange) {
    byte[] body = exchange.getMessage().getBody(byte[].class);
    RegisterRequest request = RegisterRequest.parse(body);
    ECPublicKey key = PublicKeys.parse(request.publicKey());
    SignatureForm form = verify(exchange.getMessage(), body, key);
    String keyId = PublicKeys.fingerprint(key);
    Optional<Document> known = registry.find(request.entityId(), request.orchestratorId());
    if (known.isPresent() && !keyId.equals(known.get().getString("key_id"))) {
      throw new ProtocolException(
          ErrorCode.AUTH_INVALID_SIGNATURE, "This orchestrator_id belongs to another key");
    }
    exchange.setProperty(REQUEST, request);
    exchange.setProperty(KEY_ID, keyId);
    exchange.setProperty("DroverSignatureForm", form.toString());
    exchange.setProperty(
        KNOWN_KEY, known.map(record -> record.getInteger("registrations", 0) > 0).orElse(false));
    // Not a token's holder yet: the key is the caller, for limits and for stored answers.
    exchange.setProperty(
        Guards.PRINCIPAL,
        new Principal(
            new Grant(
                request.orchestratorId() + "#" + keyId, Role.ORCHESTRATOR, request.entityId()),
            Instant.MAX,
            "registration"));
  }

  private static SignatureForm verify(Message message, byte[] body, ECPublicKey key) {
    Object signature = message.removeHeader("X-Signature");
    return Optional.ofNullable(signature)
        .flatMap(text -> Signatures.verify(key, body, text.toString()))
        .orElseThrow(
            () ->
                new ProtocolException(
                    ErrorCode.AUTH_INVALID_SIGNATURE,
                    "X-Signature is not an ECDSA P-256 signature of this body by this key"));
  }

  /**
   * Applies the trust policy to an orchestrator that nobody has announced.
   *
   * @param trust {@code tofu}: the first key is trusted, an unknown entity is created; {@code
   *     preregistered}: the key must have been announced
   * @throws ProtocolException FORBIDDEN
   */
  public void trust(Exchange exchange, String trust) {
    RegisterRequest request = exchange.getProperty(REQUEST, RegisterRequest.class);
    boolean announced = registry.find(request.entityId(), request.orchestratorId()).isPresent();
    if (trust.equals("tofu")) {
      entities.create(request.entityId(), Json.text(Map.of("id", request.entityId())));
    } else if (!announced) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN, "This orchestrator is not announced; ask an operator to do it");
    }
  }

  /** Pins the key, stores the registration and answers it. */
  public void register(Exchange exchange) {
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
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("entity_id", entityId).put("orchestrator_id", orchestratorId);
    answer.put("assigned_id", record.getString("assigned_id"));
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
    exchange.getMessage().setBody(answer.toString());
  }

  /**
   * Verifies that a refresh is signed with the pinned key.
   *
   * @throws ProtocolException AUTH_INVALID_SIGNATURE
   */
  public void authenticateRefresh(Exchange exchange) {
    Document record = record(exchange);
    byte[] body = exchange.getMessage().getBody(byte[].class);
    String pem = record.getString("public_key");
    if (pem == null) {
      throw new ProtocolException(ErrorCode.AUTH_INVALID_SIGNATURE, "No key is registered");
    }
    verify(exchange.getMessage(), body == null ? new byte[0] : body, PublicKeys.parse(pem));
  }

  /** Answers a refresh with a new token. */
  public void refresh(Exchange exchange) {
    Document record = record(exchange);
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
            Optional.of(record.getString("orchestrator_id")));
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
