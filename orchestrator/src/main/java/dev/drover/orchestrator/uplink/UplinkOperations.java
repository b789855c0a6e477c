package dev.drover.orchestrator.uplink;

import dev.drover.engine.guard.Promises;
import dev.drover.orchestrator.uplink.store.Ledger;
import dev.drover.orchestrator.uplink.store.ParkedItem;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.Accepted;
import dev.drover.proto.navign.ParkedItemAnswer;
import dev.drover.proto.navign.UplinkLedger;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators ask of the uplink: where everything is, and what waits for a person. */
public final class UplinkOperations {
  private static final Logger LOG = LoggerFactory.getLogger(UplinkOperations.class);
  private static final String ID = "parked_id";
  private static final int PAGE = 1000;
  private static final long PAGE_BYTES = 1 << 20;

  private final UplinkStore store;

  /** Operations on this uplink. */
  public UplinkOperations(UplinkStore store) {
    this.store = store;
  }

  /** Answers {@code GET /api/uplink/ledger}. */
  public void ledger(Exchange exchange) {
    Ledger ledger = store.ledger();
    List<UplinkLedger.Range> lost =
        store.lost().stream()
            .map(range -> new UplinkLedger.Range(range.first(), range.last()))
            .toList();
    UplinkLedger answer =
        new UplinkLedger(
            ledger.accepted(),
            ledger.stored(),
            ledger.duplicate(),
            ledger.parked(),
            ledger.superseded(),
            ledger.pending(),
            ledger.gap(),
            ledger.balanced(),
            ledger.pendingBytes(),
            ledger.lastReceipt(),
            lost.isEmpty() ? null : lost);
    exchange.getMessage().setBody(Json.text(answer));
  }

  /** Answers {@code GET /api/uplink/parked}: the oldest ones after the id {@code after}. */
  public void list(Exchange exchange) {
    String after = exchange.getMessage().getHeader("after", "0", String.class);
    List<ParkedItemAnswer> list =
        store.parked().list(number("after", after), PAGE, PAGE_BYTES).stream()
            .map(ParkedItem::wire)
            .toList();
    exchange.getMessage().setBody(Json.text(list));
  }

  /** Answers {@code GET /api/uplink/parked/{id}}. */
  public void read(Exchange exchange) {
    long id = id(exchange);
    ParkedItem item = store.parked().read(id).orElseThrow(() -> unknown(id));
    exchange.getMessage().setBody(Json.text(item.wire()));
  }

  /** Answers {@code PUT /api/uplink/parked/{id}}: the body is the item's new body. */
  public void edit(Exchange exchange) {
    Promises.store(exchange, "uplink", () -> storeEdited(exchange));
  }

  private void storeEdited(Exchange exchange) {
    long id = id(exchange);
    String body = Json.text(Json.tree(exchange.getMessage().getBody(byte[].class)));
    if (!store.parked().edit(id, body)) {
      throw unknown(id);
    }
    read(exchange);
  }

  /**
   * Answers {@code POST /api/uplink/parked/{id}/replay}: 202, it is on its way again; when it is
   * parked again it has the same id.
   */
  public void replay(Exchange exchange) {
    Promises.store(exchange, "uplink", () -> storeReplayed(exchange));
  }

  private void storeReplayed(Exchange exchange) {
    long id = id(exchange);
    if (!store.replay(id)) {
      throw unknown(id);
    }
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
    exchange.getMessage().setBody(Json.text(new Accepted("accepted", id)));
  }

  /** Raises an alert while items are not accounted for; {@code /health} says it too. */
  public void check() {
    Ledger ledger = store.ledger();
    if (!ledger.balanced()) {
      LOG.atError()
          .addKeyValue("event", "uplink_gap")
          .addKeyValue("gap", ledger.gap())
          .log("{} accepted items are missing from the ledger: {}", ledger.gap(), ledger);
    }
  }

  private static long id(Exchange exchange) {
    return number(ID, exchange.getMessage().getHeader(ID, String.class));
  }

  private static long number(String name, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED, name + " is not a number", Map.of("field", name));
    }
  }

  private static ProtocolException unknown(long id) {
    return new ProtocolException(
        ErrorCode.NOT_FOUND, "No parked item with this id can be sent again", Map.of("id", id));
  }
}
