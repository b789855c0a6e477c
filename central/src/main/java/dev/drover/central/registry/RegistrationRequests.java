package dev.drover.central.registry;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.security.Audit;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.RegisterPending;
import dev.drover.proto.navign.RegisterRequest;
import dev.drover.proto.navign.RegistrationList;
import dev.drover.proto.navign.RegistrationState;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Registrations that wait for an operator (CONTRACT, Registration: {@code
 * registration.trust=approval}), in collection {@code registration_requests}: one document for each
 * entity, id and key. Nothing is pinned by asking, so that nobody takes an id by asking first. One
 * that nobody repeats for {@link #KEPT} is forgotten.
 */
public final class RegistrationRequests {
  /** How long a request is kept after it was made last. */
  static final Duration KEPT = Duration.ofDays(1);

  /** How many may wait for one entity. */
  static final int MOST_OF_ENTITY = 20;

  /** How many may wait for all entities together. */
  static final int MOST = 1000;

  private static final String PENDING = "pending";
  private static final String APPROVED = "approved";
  private static final String REJECTED = "rejected";

  private final MongoCollection<Document> requests;
  private final OrchestratorRegistry registry;
  private final EntityStore entities;
  private final Audit audit;
  private final Clock clock;

  /** The requests of one database. */
  public RegistrationRequests(
      MongoDatabase database,
      OrchestratorRegistry registry,
      EntityStore entities,
      Audit audit,
      Clock clock) {
    this.requests = database.getCollection("registration_requests");
    this.registry = registry;
    this.entities = entities;
    this.audit = audit;
    this.clock = clock;
    requests.createIndex(Indexes.ascending("asked_at"));
    requests.createIndex(Indexes.ascending("registration_id"));
    requests.createIndex(Indexes.ascending("entity_id", "state"));
  }

  /**
   * Keeps a proven registration until an operator decides, and answers that it waits.
   *
   * @throws ProtocolException FORBIDDEN for one that an operator rejected, RATE_LIMIT_EXCEEDED
   *     where too many wait
   */
  public void keep(Exchange exchange) {
    // Who only waits gets nothing that trust is needed for.
    Promises.prove(exchange, "trusted", () -> {});
    Promises.store(exchange, "orchestrators", () -> storeRequest(exchange));
  }

  private void storeRequest(Exchange exchange) {
    RegisterRequest asked = exchange.getProperty(Registration.REQUEST, RegisterRequest.class);
    String keyId = exchange.getProperty(Registration.KEY_ID, String.class);
    String id = asked.entityId() + "/" + asked.orchestratorId() + "#" + keyId;
    Date now = Date.from(clock.instant());
    requests.deleteMany(Filters.lt("asked_at", Date.from(now.toInstant().minus(KEPT))));
    Document known = requests.find(Filters.eq("_id", id)).first();
    if (known == null) {
      requireRoom(asked.entityId());
    } else if (REJECTED.equals(known.getString("state"))) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN, "An operator rejected this registration", Map.of("key_id", keyId));
    }
    Bson changes =
        Updates.combine(
            Updates.setOnInsert("registration_id", UUID.randomUUID().toString()),
            Updates.setOnInsert("entity_id", asked.entityId()),
            Updates.setOnInsert("orchestrator_id", asked.orchestratorId()),
            Updates.setOnInsert("key_id", keyId),
            Updates.setOnInsert("state", PENDING),
            Updates.setOnInsert("first_asked_at", now),
            Updates.set("asked_at", now),
            Updates.set("version", asked.version()),
            Updates.set("address", Guards.address(exchange)));
    Document kept =
        requests.findOneAndUpdate(
            Filters.eq("_id", id),
            changes,
            new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER));
    RegisterPending answer = new RegisterPending(PENDING, kept.getString("registration_id"), keyId);
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
    exchange.getMessage().setBody(Json.text(answer));
  }

  private void requireRoom(String entityId) {
    Bson waiting = Filters.eq("state", PENDING);
    boolean full =
        requests.countDocuments(Filters.and(Filters.eq("entity_id", entityId), waiting))
                >= MOST_OF_ENTITY
            || requests.countDocuments(waiting) >= MOST;
    if (full) {
      throw new ProtocolException(
          ErrorCode.RATE_LIMIT_EXCEEDED,
          "Too many registrations wait for an operator",
          Map.of("retry_after_seconds", Duration.ofMinutes(10).toSeconds()));
    }
  }

  /** Answers the requests of the caller's entity, those that wait first. */
  public void list(Exchange exchange) {
    String entity = exchange.getProperty(Authoriser.ENTITY, String.class);
    Bson own = entity.equals("*") ? new Document() : Filters.eq("entity_id", entity);
    List<RegistrationState> list = new ArrayList<>();
    requests
        .find(Filters.and(own, Filters.gte("asked_at", Date.from(clock.instant().minus(KEPT)))))
        .sort(Sorts.descending("state", "asked_at"))
        .forEach(request -> list.add(state(request)));
    exchange.getMessage().setBody(Json.text(new RegistrationList(list)));
  }

  private static RegistrationState state(Document request) {
    return new RegistrationState(
        request.getString("registration_id"),
        request.getString("entity_id"),
        request.getString("orchestrator_id"),
        request.getString("key_id"),
        request.getString("state"),
        request.getString("version"),
        request.getString("address"),
        request.getDate("first_asked_at").toInstant(),
        request.getDate("asked_at").toInstant());
  }

  /**
   * Lets the orchestrator in: its key is pinned, and its next registration succeeds. Done twice, it
   * is done once.
   *
   * @throws ProtocolException NOT_FOUND, ENTITY_NOT_FOUND, ALREADY_EXISTS when the id has another
   *     key meanwhile
   */
  public void approve(Exchange exchange) {
    Promises.store(exchange, "orchestrators", () -> pinApproved(exchange));
  }

  private void pinApproved(Exchange exchange) {
    Document request = request(exchange);
    String entityId = request.getString("entity_id");
    if (entities.entity(entityId).isEmpty()) {
      throw new ProtocolException(
          ErrorCode.ENTITY_NOT_FOUND, "No such entity: " + entityId + "; create it first");
    }
    note(exchange, "registration_approved", request);
    String keyId = request.getString("key_id");
    Document record = registry.pin(entityId, request.getString("orchestrator_id"), keyId);
    if (!keyId.equals(record.getString("key_id"))) {
      throw new ProtocolException(
          ErrorCode.ALREADY_EXISTS, "This orchestrator_id belongs to another key");
    }
    decide(exchange, request, APPROVED);
  }

  /**
   * Refuses the orchestrator; what it repeats is refused, too, as long as it repeats it.
   *
   * @throws ProtocolException NOT_FOUND, ALREADY_EXISTS for one that was approved: revoke it
   */
  public void reject(Exchange exchange) {
    Promises.store(exchange, "orchestrators", () -> storeRejection(exchange));
  }

  private void storeRejection(Exchange exchange) {
    Document request = request(exchange);
    if (APPROVED.equals(request.getString("state"))) {
      throw new ProtocolException(
          ErrorCode.ALREADY_EXISTS, "This registration was approved; revoke the orchestrator");
    }
    note(exchange, "registration_rejected", request);
    decide(exchange, request, REJECTED);
  }

  private void note(Exchange exchange, String action, Document request) {
    audit.note(exchange, action, request.getString("_id"), Audit.reasonIfGiven(exchange));
    Operation.of(exchange).check();
  }

  private void decide(Exchange exchange, Document request, String state) {
    Document decided =
        requests.findOneAndUpdate(
            Filters.eq("_id", request.getString("_id")),
            Updates.set("state", state),
            new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER));
    exchange.getMessage().setBody(Json.text(state(decided)));
  }

  /** One of the caller's entity. */
  private Document request(Exchange exchange) {
    String id = Fields.query(exchange, "registration_id").orElse("");
    String entity = exchange.getProperty(Authoriser.ENTITY, String.class);
    return Optional.ofNullable(requests.find(Filters.eq("registration_id", id)).first())
        .filter(found -> entity.equals("*") || entity.equals(found.getString("entity_id")))
        .orElseThrow(
            () ->
                new ProtocolException(
                    ErrorCode.NOT_FOUND,
                    "No registration of this id waits",
                    Map.of("registration_id", id)));
  }
}
