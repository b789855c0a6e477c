package dev.drover.central.security;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.Fields;
import java.time.Clock;
import java.util.Date;
import org.apache.camel.Exchange;
import org.bson.Document;

/**
 * Who took back what, when and why: one document each in the collection {@code audit}, which
 * nothing deletes. It is written before the effect, so that nothing is done that is not noted.
 */
public final class Audit {
  private static final int LONGEST_REASON = 1024;

  private final MongoCollection<Document> entries;
  private final Clock clock;

  /** The collection {@code audit}. */
  public Audit(MongoDatabase database, Clock clock) {
    this.entries = database.getCollection("audit");
    this.clock = clock;
  }

  /**
   * Notes what the caller is about to do, and hands who and why to the protocol's log line. An
   * operation that is repeated is noted once, as at its first try.
   *
   * @param action in snake case, as in the log, e.g. {@code orchestrator_revoked}
   * @param target what it is done to, e.g. {@code mall-a-uuid/orch-001}
   * @param reason why, in the caller's words
   */
  public void note(Exchange exchange, String action, String target, String reason) {
    Principal caller = Guards.caller(exchange);
    Document entry =
        new Document("at", Date.from(clock.instant()))
            .append("action", action)
            .append("target", target)
            .append("reason", reason)
            .append("by", caller.subject())
            .append("role", caller.role().wire())
            .append("token_id", caller.jti())
            .append("address", Guards.address(exchange));
    Operation.of(exchange).id().ifPresent(id -> entry.append("_id", id));
    Document noted = insert(entry);
    exchange.setProperty(ProtocolLog.BY, caller.subject());
    exchange.setProperty(ProtocolLog.TARGET, noted.getString("target"));
    exchange.setProperty(ProtocolLog.REASON, reason);
  }

  /** The entry, or that of an earlier try. */
  private Document insert(Document entry) {
    try {
      entries.insertOne(entry);
      return entry;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
      return entries.find(Filters.eq("_id", entry.get("_id"))).first();
    }
  }

  /**
   * The reason that a body must give.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED
   */
  public static String reason(ObjectNode body) {
    return Fields.need(body, "reason", LONGEST_REASON);
  }

  /**
   * The reason where none must be given, not even a body; empty without one.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED
   */
  public static String reasonIfGiven(Exchange exchange) {
    byte[] body = exchange.getMessage().getBody(byte[].class);
    return body == null || body.length == 0
        ? ""
        : Fields.text(Fields.body(exchange), "reason").orElse("");
  }
}
