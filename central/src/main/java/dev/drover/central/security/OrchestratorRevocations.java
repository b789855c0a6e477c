package dev.drover.central.security;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.PushOptions;
import com.mongodb.client.model.Updates;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Revocations;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.RevocationResponse;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.camel.Exchange;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Orchestrators whose tokens were taken back. Each revocation begins a new generation of an
 * orchestrator; a token of an earlier one is refused for good, whatever any clock says. What other
 * centrals do is seen with the next {@link #reload}.
 */
public final class OrchestratorRevocations implements Revocations {
  private static final String OPERATIONS = "revocation_operations";
  private static final int KEPT = 100;
  private static final int ATTEMPTS = 100;

  private final MongoCollection<Document> orchestrators;
  private final SigningKeys keys;
  private final Audit audit;
  private final Clock clock;
  private volatile Map<String, Integer> generations = Map.of();

  /** The revocations that the database knows. */
  public OrchestratorRevocations(
      MongoDatabase database, SigningKeys keys, Audit audit, Clock clock) {
    this.orchestrators = database.getCollection("orchestrators");
    this.keys = keys;
    this.audit = audit;
    this.clock = clock;
    orchestrators.createIndex(Indexes.ascending("generation"));
    reload();
  }

  /** Takes over what other centrals have changed. */
  public void reload() {
    Map<String, Integer> fresh = new HashMap<>();
    for (Document record :
        orchestrators
            .find(Filters.gt("generation", 0))
            .projection(Projections.include("entity_id", "assigned_id", "generation"))) {
      fresh.put(
          key(record.getString("entity_id"), record.getString("assigned_id")),
          record.getInteger("generation"));
    }
    generations = Map.copyOf(fresh);
  }

  private static String key(String entityId, String assignedId) {
    return entityId + "/" + assignedId;
  }

  @Override
  public boolean revoked(Principal caller) {
    if (retired(caller.keyId())) {
      return true;
    }
    return caller.role() == Role.ORCHESTRATOR
        && caller.grant().generation()
            < generations.getOrDefault(key(caller.entityId(), caller.subject()), 0);
  }

  @Override
  public boolean retired(String keyId) {
    return keys.retired(keyId);
  }

  /**
   * Takes the orchestrator's tokens back; one that is revoked already stays so since the first
   * time.
   *
   * @throws ProtocolException VALIDATION_FAILED, NOT_FOUND for an unknown orchestrator
   */
  public void revoke(Exchange exchange) {
    Promises.store(exchange, "orchestrators", () -> storeRevoked(exchange));
  }

  private void storeRevoked(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String reason = Audit.reason(body);
    Document record = record(exchange);
    audit.note(exchange, "orchestrator_revoked", record.getString("_id"), reason);
    Bson forget =
        body.path("forget_key").asBoolean()
            ? Updates.combine(Updates.unset("key_id"), Updates.unset("public_key"))
            : Updates.combine();
    Date at =
        once(
            record.getString("_id"),
            Operation.of(exchange),
            (since, now) ->
                since != null
                    ? new Change(since, forget)
                    : new Change(
                        now,
                        Updates.combine(
                            Updates.inc("generation", 1),
                            Updates.set("revoked_at", now),
                            Updates.set("revoked_reason", reason),
                            forget)));
    reload();
    exchange.getMessage().setBody(Json.text(new RevocationResponse(at.toInstant(), null)));
  }

  /**
   * Lets the orchestrator register again; its former tokens stay refused.
   *
   * @throws ProtocolException VALIDATION_FAILED, NOT_FOUND for an unknown orchestrator
   */
  public void restore(Exchange exchange) {
    Promises.store(exchange, "orchestrators", () -> storeRestored(exchange));
  }

  private void storeRestored(Exchange exchange) {
    Document record = record(exchange);
    String reason = Audit.reasonIfGiven(exchange);
    audit.note(exchange, "orchestrator_restored", record.getString("_id"), reason);
    Bson restored =
        Updates.combine(
            Updates.unset("revoked_at"),
            Updates.unset("revoked_reason"),
            Updates.set("may_return", true));
    Date at =
        once(
            record.getString("_id"),
            Operation.of(exchange),
            (since, now) -> new Change(now, restored));
    exchange.getMessage().setBody(Json.text(new RevocationResponse(null, at.toInstant())));
  }

  /** What is done to a record, and the time that is answered. */
  private record Change(Date at, Bson updates) {}

  /**
   * Changes a record together with the operation's id and its answer, in one write, which fails
   * when the operation was done meanwhile.
   *
   * @param change from when it is revoked, null when it is not, and the present time
   * @return the time that this operation answers, however often it is repeated
   */
  private Date once(String id, Operation operation, BiFunction<Date, Date, Change> change) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Document record = orchestrators.find(Filters.eq("_id", id)).first();
      for (Document done : record.getList(OPERATIONS, Document.class, List.of())) {
        if (operation.is(done.getString("_id"))) {
          return done.getDate("at");
        }
      }
      Date since = record.getDate("revoked_at");
      Change made = change.apply(since, Date.from(clock.instant().truncatedTo(ChronoUnit.MILLIS)));
      List<Bson> unchanged = new ArrayList<>();
      unchanged.add(Filters.eq("_id", id));
      unchanged.add(
          since == null ? Filters.exists("revoked_at", false) : Filters.eq("revoked_at", since));
      List<Bson> updates = new ArrayList<>();
      updates.add(made.updates());
      operation.id().ifPresent(key -> unchanged.add(Filters.ne(OPERATIONS + "._id", key)));
      operation.id().ifPresent(key -> updates.add(push(key, made.at())));
      operation.check();
      Bson update = Updates.combine(updates);
      if (nothing(update)
          || orchestrators.updateOne(Filters.and(unchanged), update).getMatchedCount() == 1) {
        return made.at();
      }
    }
    throw new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "This orchestrator changes too fast");
  }

  /** A revocation of what is revoked, without a key. */
  private static boolean nothing(Bson update) {
    return update.toBsonDocument().isEmpty();
  }

  private static Bson push(String operation, Date at) {
    return Updates.pushEach(
        OPERATIONS,
        List.of(new Document("_id", operation).append("at", at)),
        new PushOptions().slice(-KEPT));
  }

  /** By its requested or assigned id; a token for every entity may leave the entity out. */
  private Document record(Exchange exchange) {
    String named = Fields.query(exchange, "orchestrator_id").orElse("");
    String entity = exchange.getProperty(Authoriser.ENTITY, String.class);
    Bson id = Filters.or(Filters.eq("orchestrator_id", named), Filters.eq("assigned_id", named));
    Bson filter = entity.equals("*") ? id : Filters.and(Filters.eq("entity_id", entity), id);
    List<Document> found = orchestrators.find(filter).limit(2).into(new ArrayList<>());
    if (found.isEmpty()) {
      throw new ProtocolException(
          ErrorCode.NOT_FOUND, "No orchestrator has this id", Map.of("orchestrator_id", named));
    }
    if (found.size() > 1) {
      throw Fields.invalid("entity_id", "Several entities have this id: say entity_id");
    }
    return found.get(0);
  }
}
