package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/**
 * The steps of an upload: what a mall's queue held, up to 100 writes in order. Each item's effect
 * can be repeated without harm, so a crash at any point costs at most a repetition; what is counted
 * and remembered is one write at the end (see {@link UploadLedger}).
 */
public final class Uploads {
  /** Exchange property: the operation that the present item asks for. */
  public static final String TYPE = "DroverUploadType";

  private static final String UPLOAD = "DroverUpload";
  private static final String ITEM = "DroverUploadItem";
  private static final int MAX_ITEMS = 100;

  private final UploadLedger ledger;

  /** Uploads that are counted in this ledger. */
  public Uploads(UploadLedger ledger) {
    this.ledger = ledger;
  }

  /**
   * Reads a batch; the body becomes the list of its items that central does not have.
   *
   * @throws ProtocolException VALIDATION_FAILED, PAYLOAD_TOO_LARGE for more than 100 items
   */
  public void open(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String entityId = EntityScope.of(exchange, body);
    String batchId = Fields.need(body, "batch_id");
    JsonNode items = body.path("items");
    if (!items.isArray() || items.isEmpty()) {
      throw Fields.invalid("items", "items is a list of at least one item");
    }
    if (items.size() > MAX_ITEMS) {
      throw new ProtocolException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "At most " + MAX_ITEMS + " items at once",
          Map.of("max_items", MAX_ITEMS));
    }
    String caller = entityId + "/" + Guards.caller(exchange).subject();
    Upload upload = new Upload(caller, batchId, items, Operation.of(exchange));
    ledger.recall(upload);
    exchange.setProperty(UPLOAD, upload);
    exchange.getMessage().setBody(upload.todo());
  }

  /** Makes the item that is the body the request of its operation. */
  public void begin(Exchange exchange) {
    Upload.Todo todo = exchange.getMessage().getBody(Upload.Todo.class);
    UploadItem item = todo.item();
    Promises.part(exchange, "an uploaded item");
    exchange.setProperty(ITEM, todo);
    exchange.setProperty(TYPE, item.type());
    exchange.setProperty(
        Operation.PROPERTY, exchange.getProperty(UPLOAD, Upload.class).operation(item));
    item.madeAt().ifPresent(time -> exchange.setProperty(Beacons.MADE_AT, time));
    exchange.getMessage().setBody(item.body().toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The operation has done what the item asked for; the body is its answer. */
  public void stored(Exchange exchange) {
    Promises.requireStored(exchange, "an item is answered");
    Object body = exchange.getMessage().getBody();
    String text = body instanceof Supplier ? null : exchange.getMessage().getBody(String.class);
    settle(
        exchange,
        UploadResult.stored(() -> body instanceof Supplier<?> later ? (String) later.get() : text));
  }

  /** The operation refused the item, which will not change by repeating it. */
  public void rejected(Exchange exchange) {
    Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    while (!(cause instanceof ProtocolException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    settle(exchange, UploadResult.rejected((ProtocolException) cause));
  }

  /**
   * There is no such operation.
   *
   * @throws ProtocolException VALIDATION_FAILED
   */
  public void unknown(Exchange exchange) {
    throw Fields.invalid("type", "No operation " + exchange.getProperty(TYPE) + " takes uploads");
  }

  private static void settle(Exchange exchange, UploadResult result) {
    Upload.Todo todo = exchange.getProperty(ITEM, Upload.Todo.class);
    exchange.getProperty(UPLOAD, Upload.class).result(todo.index(), result);
  }

  /** Counts the batch, durable, and answers with a result for each item and the receipt. */
  public void close(Exchange exchange) {
    // Once counted, its items are not done again.
    Promises.requireDecided(
        exchange,
        exchange.getProperty(UPLOAD, Upload.class).todo().isEmpty(),
        "a batch is counted");
    Promises.store(exchange, "uploads", () -> count(exchange));
  }

  private void count(Exchange exchange) {
    Upload upload = exchange.getProperty(UPLOAD, Upload.class);
    upload.operation().check();
    if (upload.answered().isEmpty()) {
      ledger.commit(upload);
    }
    exchange.setProperty(ProtocolLog.RECORDS, upload.numbers().size());
    exchange.getMessage().setBody(upload.answered().orElseGet(upload::answer));
  }
}
