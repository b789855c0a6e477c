package dev.drover.central.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.DocumentId;
import dev.drover.central.entity.EdgeEdit;
import dev.drover.central.entity.EdgeOutcome;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.entity.ItemRef;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.Fields;
import dev.drover.engine.report.ItemId;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.SyncChangesResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * Edits that were made at a mall, with what the mall had seen when they were made. Central
 * applies those that meet it and names the winner to the others; who gives way is the mall's
 * policy.
 */
public final class EdgeEditDecisions {
  /** Exchange property: how many of the edits conflict. */
  public static final String CONFLICTS = "DroverConflicts";

  private static final int MAX_CHANGES = 1000;
  private static final List<String> OPERATIONS = List.of("create", "update", "delete");

  private final EntityStore store;

  /** Edits of this store. */
  public EdgeEditDecisions(EntityStore store) {
    this.store = store;
  }

  /** {@code POST sync/changes}: all that meet what is there, in one atomic step. */
  public void merge(Exchange exchange) {
    Promises.store(exchange, "entities", () -> mergeAll(exchange));
  }

  private void mergeAll(Exchange exchange) {
    Principal caller = Guards.caller(exchange);
    String entityId = exchange.getProperty(Authoriser.ENTITY, String.class);
    ObjectNode body = Fields.body(exchange);
    Authoriser.refuseForeign(caller, body.path("entity_id").textValue());
    List<EdgeEdit> edits = edits(entityId, body.path("changes"));
    List<EdgeOutcome> outcomes =
        store.writes().merge(entityId, edits, caller.subject(), Operation.of(exchange));
    SyncChangesResponse answer =
        new SyncChangesResponse(
            outcomes.stream().map(EdgeEditDecisions::result).toList(),
            Long.toString(store.view(entityId).seq()));
    long conflicts = outcomes.stream().filter(outcome -> !outcome.applied()).count();
    exchange.setProperty(CONFLICTS, conflicts);
    exchange.setProperty(ProtocolLog.RECORDS, edits.size());
    exchange.getMessage().setBody(Json.text(answer));
  }

  private static List<EdgeEdit> edits(String entityId, JsonNode changes) {
    if (!changes.isArray() || changes.isEmpty()) {
      throw SyncQuery.invalid("changes", "changes is a list of at least one change");
    }
    if (changes.size() > MAX_CHANGES) {
      throw new ProtocolException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "At most " + MAX_CHANGES + " changes at once",
          Map.of("max_changes", MAX_CHANGES));
    }
    List<EdgeEdit> edits = new ArrayList<>();
    for (JsonNode change : changes) {
      edits.add(edit(entityId, change));
    }
    return edits;
  }

  private static EdgeEdit edit(String entityId, JsonNode change) {
    String collection = change.path("type").asText() + "s";
    if (!Checksums.COLLECTIONS.contains(collection)) {
      throw SyncQuery.invalid("type", "type is area, beacon, merchant or connection");
    }
    String operation = change.path("operation").asText();
    if (!OPERATIONS.contains(operation)) {
      throw SyncQuery.invalid("operation", "operation is one of " + OPERATIONS);
    }
    JsonNode base = change.path("base_seq");
    if (!base.isIntegralNumber() || !base.canConvertToLong() || base.longValue() < 0) {
      throw SyncQuery.invalid("base_seq", "base_seq is the cursor that the mall had, as a number");
    }
    ItemRef item = new ItemRef(entityId, collection, change.path("id").asText());
    if (operation.equals("delete")) {
      return new EdgeEdit(item, false, null, base.longValue());
    }
    if (!(change.path("data") instanceof ObjectNode data)) {
      throw SyncQuery.invalid("data", "data is the whole document");
    }
    DocumentId.require(data, item.id());
    if (operation.equals("create")) {
      ItemId.require(item.id(), "id");
    }
    return new EdgeEdit(item, operation.equals("create"), data.toString(), base.longValue());
  }

  private static SyncChangesResponse.Result result(EdgeOutcome outcome) {
    ItemRef item = outcome.edit().item();
    String type = item.collection().substring(0, item.collection().length() - 1);
    long seq = outcome.current().seq();
    if (outcome.applied()) {
      return new SyncChangesResponse.Result(type, item.id(), "applied", seq, null, null);
    }
    boolean exists = outcome.current().exists();
    return new SyncChangesResponse.Result(
        type,
        item.id(),
        "conflict",
        seq,
        exists ? "update" : "delete",
        RawJson.of(exists ? outcome.current().json() : "null"));
  }
}
