package dev.drover.central.security;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Updates;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Revocations;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Orchestrators whose tokens were taken back. Each revocation begins a new generation of an
 * orchestrator; a token of an earlier one is refused for good, whatever any clock says. What other
 * centrals do is seen with the next {@link #reload}.
 */
public final class OrchestratorRevocations implements Revocations {
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
   * Takes the orchestrator's tokens back; a repetition answers with the first time.
   *
   * @throws ProtocolException VALIDATION_FAILED, NOT_FOUND for an unknown orchestrator
   */
  public void revoke(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String reason = Audit.reason(body);
    Document record = record(exchange);
    audit.note(exchange, "orchestrator_revoked", record.getString("_id"), reason);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    orchestrators.updateOne(
        Filters.and(
            Filters.eq("_id", record.getString("_id")), Filters.exists("revoked_at", false)),
        Updates.combine(
            Updates.inc("generation", 1),
            Updates.set("revoked_at", Date.from(now)),
            Updates.set("revoked_reason", reason)));
    if (body.path("forget_key").asBoolean()) {
      orchestrators.updateOne(
          Filters.eq("_id", record.getString("_id")),
          Updates.combine(Updates.unset("key_id"), Updates.unset("public_key")));
    }
    reload();
    Date since = find(record.getString("_id")).getDate("revoked_at");
    answer(exchange, "revoked_at", since == null ? now : since.toInstant());
  }

  /**
   * Lets the orchestrator register again; its former tokens stay refused.
   *
   * @throws ProtocolException VALIDATION_FAILED, NOT_FOUND for an unknown orchestrator
   */
  public void restore(Exchange exchange) {
    Document record = record(exchange);
    String reason = Audit.reasonIfGiven(exchange);
    audit.note(exchange, "orchestrator_restored", record.getString("_id"), reason);
    orchestrators.updateOne(
        Filters.eq("_id", record.getString("_id")),
        Updates.combine(
            Updates.unset("revoked_at"),
            Updates.unset("revoked_reason"),
            Updates.set("may_return", true)));
    answer(exchange, "restored_at", clock.instant().truncatedTo(ChronoUnit.MILLIS));
  }

  private Document find(String id) {
    return orchestrators.find(Filters.eq("_id", id)).first();
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

  private static void answer(Exchange exchange, String name, Instant at) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    exchange.getMessage().setBody(answer.put(name, at.toString()).toString());
  }
}
