package dev.drover.central.entity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.http.BodyStream;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.Fields;
import dev.drover.engine.schema.ParsedBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.ImportResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Reading and writing the data of an entity under {@code /api/entities} (interop, section 6).
 * Documents are opaque: only {@code id} or {@code _id} is read, and they are returned as stored.
 */
public final class EntityOperations {
  private static final int IMPORT_STEP = 1000;

  private final EntityStore store;
  private final EntityWrites writes;

  /** Operations on this store. */
  public EntityOperations(EntityStore store) {
    this.store = store;
    this.writes = store.writes();
  }

  /** Creates an entity; the id is the document's or a new one. */
  public void createEntity(Exchange exchange) {
    Promises.store(exchange, "entities", () -> storeEntity(exchange));
  }

  private void storeEntity(Exchange exchange) {
    ObjectNode entity = Fields.body(exchange);
    Operation operation = Operation.of(exchange);
    String id = DocumentId.assign(entity, operation);
    if (!store.create(id, entity.toString(), operation)) {
      throw new ProtocolException(ErrorCode.ALREADY_EXISTS, "This entity exists", Map.of("id", id));
    }
    ProtocolLog.target(exchange, id);
    answer(exchange, 201, entity.toString());
  }

  /** Replaces an entity's own document. */
  public void replaceEntity(Exchange exchange) {
    Promises.store(exchange, "entities", () -> storeReplacedEntity(exchange));
  }

  private void storeReplacedEntity(Exchange exchange) {
    ObjectNode entity = Fields.body(exchange);
    String id = entityId(exchange);
    DocumentId.require(entity, id);
    if (!store.replace(id, entity.toString())) {
      throw new ProtocolException(ErrorCode.ENTITY_NOT_FOUND, "No such entity: " + id);
    }
    ProtocolLog.target(exchange, id);
    answer(exchange, 200, entity.toString());
  }

  /** The entity's own document. */
  public void readEntity(Exchange exchange) {
    String id = entityId(exchange);
    answer(
        exchange,
        200,
        store
            .entity(id)
            .orElseThrow(
                () -> new ProtocolException(ErrorCode.ENTITY_NOT_FOUND, "No such entity: " + id)));
  }

  /** The entities that the caller may see. */
  public void listEntities(Exchange exchange) {
    Principal caller = Guards.caller(exchange);
    Page page = Page.of(exchange.getMessage());
    if (caller.entityId().equals("*")) {
      answer(exchange, 200, page.wrap(store.count(), store.entities(page.offset(), page.limit())));
    } else {
      List<String> own = store.entity(caller.entityId()).map(List::of).orElse(List.of());
      answer(exchange, 200, page.wrap(own.size(), page.offset() == 0 ? own : List.of()));
    }
  }

  /**
   * One page of a collection, as {@code {metadata, data}}; a large one is made while it is sent.
   */
  public void list(Exchange exchange) {
    Page page = Page.of(exchange.getMessage());
    String entityId = entityId(exchange);
    String collection = collection(exchange);
    Iterator<List<String>> items = store.list(entityId, collection, page.offset(), page.limit());
    long total = store.count(entityId, collection);
    BodyStream body = new BodyStream(page.wrap(total, items), false, bytes -> {});
    // A later step would read the whole of it into memory, to be able to read it twice.
    exchange.getExchangeExtension().setStreamCacheDisabled(true);
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
    message.setBody(body);
  }

  /** One document. */
  public void read(Exchange exchange) {
    ItemRef item = item(exchange);
    answer(
        exchange,
        200,
        store
            .read(item)
            .orElseThrow(
                () ->
                    new ProtocolException(
                        ErrorCode.NOT_FOUND,
                        "No such id in " + item.collection(),
                        Map.of("id", item.id()))));
  }

  /** Creates a document; without an id, or with -1, the server assigns one. */
  public void create(Exchange exchange) {
    Promises.store(exchange, "entities", () -> storeItem(exchange));
  }

  private void storeItem(Exchange exchange) {
    ObjectNode document = Fields.body(exchange);
    String id = DocumentId.assign(document, Operation.of(exchange));
    write(
        exchange,
        new ItemRef(entityId(exchange), collection(exchange), id),
        document,
        Edit.Kind.CREATE);
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
  }

  /** Replaces a document named by the path, or by its own id on the collection's path. */
  public void replace(Exchange exchange) {
    Promises.store(exchange, "entities", () -> storeReplaced(exchange));
  }

  private void storeReplaced(Exchange exchange) {
    ObjectNode document = Fields.body(exchange);
    Object pathId = exchange.getMessage().getHeader("item_id");
    if (pathId != null) {
      ItemRef item = item(exchange);
      DocumentId.require(document, item.id());
      write(exchange, item, document, Edit.Kind.UPDATE);
      return;
    }
    String id =
        DocumentId.of(document)
            .orElseThrow(
                () ->
                    new ProtocolException(
                        ErrorCode.VALIDATION_FAILED,
                        "The document has no id",
                        Map.of("field", "id")));
    write(
        exchange,
        new ItemRef(entityId(exchange), collection(exchange), id),
        document,
        Edit.Kind.UPDATE);
  }

  /** Deletes a document. */
  public void delete(Exchange exchange) {
    Promises.store(exchange, "entities", () -> storeDeleted(exchange));
  }

  private void storeDeleted(Exchange exchange) {
    ItemRef item = item(exchange);
    writes.write(item.entityId(), List.of(new Edit(item, Edit.Kind.DELETE, null)));
    ProtocolLog.target(exchange, item.name());
    answer(exchange, 200, "{\"status\":\"deleted\"}");
  }

  /**
   * Creates or replaces many documents: {@code {"areas":[…], …}}. They are checked together and
   * written in atomic steps of 1,000; a repetition goes on where a fault stopped it.
   */
  public void importItems(Exchange exchange) {
    Promises.store(exchange, "entities", () -> storeImported(exchange));
  }

  private void storeImported(Exchange exchange) {
    String entityId = entityId(exchange);
    Operation operation = Operation.of(exchange);
    List<Edit> edits = new ImportReader(entityId, operation).read(ParsedBody.bytes(exchange));
    Long seq = null;
    int changed = 0;
    for (int i = 0; i < edits.size(); i += IMPORT_STEP) {
      int end = Math.min(i + IMPORT_STEP, edits.size());
      Written step = writes.write(entityId, edits.subList(i, end), operation.part("step/" + i));
      changed += step.changed();
      if (step.changed() > 0) {
        seq = step.seq();
      }
    }
    ProtocolLog.target(exchange, entityId);
    answer(exchange, 200, Json.text(new ImportResponse(seq, edits.size(), changed)));
  }

  private void write(Exchange exchange, ItemRef item, ObjectNode document, Edit.Kind kind) {
    Edit edit = new Edit(item, kind, document.toString());
    writes.write(item.entityId(), List.of(edit), Operation.of(exchange));
    ProtocolLog.target(exchange, item.name());
    answer(exchange, 200, document.toString());
  }

  private static ItemRef item(Exchange exchange) {
    String id = exchange.getMessage().getHeader("item_id", String.class);
    return new ItemRef(
        entityId(exchange),
        collection(exchange),
        // A plus in a path is a plus: only percent signs are decoded.
        URLDecoder.decode(id.replace("+", "%2B"), StandardCharsets.UTF_8));
  }

  private static String entityId(Exchange exchange) {
    String id = exchange.getProperty(Authoriser.ENTITY, String.class);
    ItemRef.checkEntityId(id);
    return id;
  }

  private static String collection(Exchange exchange) {
    String collection = exchange.getMessage().getHeader("collection", String.class);
    ItemRef.checkCollection(collection);
    return collection;
  }

  private static void answer(Exchange exchange, int status, String json) {
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    message.setBody(json);
  }
}
