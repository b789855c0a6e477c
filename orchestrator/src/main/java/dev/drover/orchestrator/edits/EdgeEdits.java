package dev.drover.orchestrator.edits;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.checksum.CanonicalItems;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.Fields;
import dev.drover.engine.report.ItemId;
import dev.drover.orchestrator.cache.ItemIds;
import dev.drover.orchestrator.reads.EntityReads;
import dev.drover.orchestrator.reads.MallView;
import dev.drover.orchestrator.store.EditConflict;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallEdit;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.EditConflictAnswer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * Edits that people make at the mall (R-14; interop, section 6, the admin panel): on disk with the
 * change number that the editor saw before the answer, 202, is given. Central decides later.
 */
public final class EdgeEdits {
  private final MallView view;
  private final EntityReads reads;
  private final Edits edits;
  private final EditSender sender;

  /** Edits of this mall. */
  public EdgeEdits(MallView view, EntityReads reads, Edits edits, EditSender sender) {
    this.view = view;
    this.reads = reads;
    this.edits = edits;
    this.sender = sender;
  }

  /** A new document; without an id, or with -1, one is assigned. */
  public synchronized void create(Exchange exchange) {
    Promises.store(exchange, "edits", () -> storeCreated(exchange));
  }

  private void storeCreated(Exchange exchange) {
    ObjectNode document = document(exchange);
    Optional<String> own = ItemIds.of(document).filter(id -> !id.equals("-1"));
    String id = ItemId.require(own.orElseGet(() -> UUID.randomUUID().toString()), "id");
    if (own.isEmpty()) {
      document.put("id", id);
    }
    if (view.read(EntityReads.collection(exchange), id).isPresent()) {
      throw new ProtocolException(
          ErrorCode.ALREADY_EXISTS, "An item with this id exists", Map.of("id", id));
    }
    write(exchange, id, "create", document.toString());
  }

  /** Another content of a document that is named by the path, or by its own id. */
  public synchronized void replace(Exchange exchange) {
    Promises.store(exchange, "edits", () -> storeReplaced(exchange));
  }

  private void storeReplaced(Exchange exchange) {
    ObjectNode document = document(exchange);
    Optional<String> own = ItemIds.of(document);
    boolean byPath = exchange.getMessage().getHeader("item_id") != null;
    String id =
        byPath
            ? EntityReads.itemId(exchange)
            : ItemIds.check(own.orElseThrow(() -> ItemIds.refused("The document has no id")));
    if (own.isPresent() && !own.get().equals(id)) {
      throw ItemIds.refused("The document's id is not the one in the path");
    }
    if (own.isEmpty()) {
      // At central the document stands for itself: it must carry its id.
      document.put("id", id);
    }
    requireThere(exchange, id);
    write(exchange, id, "update", document.toString());
  }

  /** The end of a document. */
  public synchronized void delete(Exchange exchange) {
    Promises.store(exchange, "edits", () -> storeDeleted(exchange));
  }

  private void storeDeleted(Exchange exchange) {
    reads.ownEntity(exchange);
    String id = EntityReads.itemId(exchange);
    requireThere(exchange, id);
    write(exchange, id, "delete", null);
  }

  private ObjectNode document(Exchange exchange) {
    reads.ownEntity(exchange);
    return Fields.body(exchange);
  }

  private void requireThere(Exchange exchange, String id) {
    if (view.read(EntityReads.collection(exchange), id).isEmpty()) {
      throw EntityReads.unknown(exchange, id);
    }
  }

  private void write(Exchange exchange, String id, String operation, String json) {
    if (json != null) {
      // Central would refuse it, and the edit would be lost there.
      CanonicalItems.hash(json);
    }
    ProtocolLog.target(exchange, EntityReads.collection(exchange) + "/" + id);
    edits.add(EntityReads.collection(exchange), id, operation, json, view.base());
    sender.wake();
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
    exchange.getMessage().setBody(json == null ? "{\"status\":\"deleted\"}" : json);
  }

  /** Answers {@code GET /api/sync/conflicts}: the edits that central did not take. */
  public void conflicts(Exchange exchange) {
    List<EditConflictAnswer> list = edits.conflicts().stream().map(EdgeEdits::told).toList();
    exchange.getMessage().setBody(Json.text(list));
  }

  private static EditConflictAnswer told(EditConflict conflict) {
    MallEdit edit = conflict.edit();
    return new EditConflictAnswer(
        conflict.id(),
        EditSender.type(edit.collection()),
        edit.itemId(),
        edit.operation(),
        RawJson.of(edit.json()),
        RawJson.of(conflict.winning()),
        edit.at(),
        edit.baseSeq(),
        conflict.seq(),
        conflict.error());
  }
}
