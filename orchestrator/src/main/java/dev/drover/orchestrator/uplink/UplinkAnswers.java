package dev.drover.orchestrator.uplink;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.schema.ParsedBody;
import dev.drover.orchestrator.central.AnswerParts;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.uplink.store.UplinkItem;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.orchestrator.uplink.store.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** What central says to the items of a request, and what the mall makes of it. */
public final class UplinkAnswers {
  /** Header: {@code stored}, {@code duplicate} or {@code parked}. */
  public static final String STATUS = "DroverUplinkStatus";

  /** Header: why an item is parked. */
  public static final String REASON = "DroverUplinkReason";

  private static final String SEAL_BROKEN =
      "its seal is broken: mall.db is damaged, and the queue has no copy";
  private static final String SEND = "uplink-request-send";
  private static final String VERDICTS = "DroverUplinkVerdicts";
  private static final String STEP = "DroverUplinkStep";

  private final UplinkStore store;
  private final int parkAfter;

  /**
   * Answers to this uplink.
   *
   * @param parkAfter how many refusals park an item
   */
  public UplinkAnswers(UplinkStore store, int parkAfter) {
    this.store = store;
    this.parkAfter = parkAfter;
  }

  /**
   * Reads what central says to each item.
   *
   * @throws CentralAnswerException when an item has no answer
   */
  public void read(Exchange exchange) {
    JsonNode answer = ParsedBody.tree(exchange);
    Map<Long, JsonNode> results = new HashMap<>();
    answer.path("results").forEach(result -> results.put(result.path("seq").asLong(), result));
    List<Verdict> verdicts = new ArrayList<>();
    for (UplinkItem item : UplinkUpload.items(exchange)) {
      verdicts.add(verdict(item, results.get(item.seq())));
    }
    hand(exchange, SEND, verdicts);
  }

  /** Central refuses an item that was sent alone. */
  public void refuse(Exchange exchange) {
    String error = error(exchange);
    hand(
        exchange,
        SEND,
        UplinkUpload.items(exchange).stream()
            .map(item -> Verdict.refused(item, parkAfter, error))
            .toList());
  }

  /** What no key opens cannot be sent: it waits for a person, like what central refuses. */
  public void parkBroken(Exchange exchange) {
    hand(
        exchange,
        "uplink-batch-upload",
        UplinkUpload.items(exchange).stream()
            .filter(item -> item.body() == null)
            .map(item -> new Verdict(item, Verdict.Status.PARKED, null, SEAL_BROKEN))
            .toList());
  }

  private static String error(Exchange exchange) {
    return "central answered " + AnswerParts.status(exchange) + " " + AnswerParts.code(exchange);
  }

  private Verdict verdict(UplinkItem item, JsonNode result) {
    if (result == null) {
      throw new CentralAnswerException("central's answer says nothing of item " + item.seq());
    }
    String status = result.path("status").asText();
    return switch (status) {
      case "stored" -> new Verdict(item, Verdict.Status.STORED, response(result), null);
      case "duplicate" -> new Verdict(item, Verdict.Status.DUPLICATE, response(result), null);
      case "rejected" -> Verdict.refused(item, parkAfter, reason(result.path("error")));
      default ->
          throw new CentralAnswerException("central says '" + status + "' to item " + item.seq());
    };
  }

  private static String response(JsonNode result) {
    return result.hasNonNull("response") ? result.get("response").toString() : null;
  }

  private static String reason(JsonNode error) {
    return error.isMissingNode()
        ? "rejected"
        : error.isTextual() ? error.asText() : error.toString();
  }

  /** The body becomes the list of those that are decided; the others come again. */
  private static void hand(Exchange exchange, String step, List<Verdict> verdicts) {
    exchange.setProperty(STEP, step);
    exchange.setProperty(VERDICTS, verdicts);
    exchange
        .getMessage()
        .setBody(
            verdicts.stream().filter(verdict -> verdict.status() != Verdict.Status.AGAIN).toList());
  }

  /** Makes the one decided item in the body what a route of its type works with. */
  public void take(Exchange exchange) {
    Message message = exchange.getMessage();
    Verdict verdict = message.getBody(Verdict.class);
    message.setHeader(UplinkDoor.TYPE, verdict.item().type());
    message.setHeader(UplinkDoor.KEY, verdict.item().key());
    message.setHeader(UplinkDoor.SEQ, verdict.item().seq());
    message.setHeader(UplinkDoor.IDEMPOTENCY_KEY, verdict.item().idempotencyKey());
    message.setHeader(STATUS, verdict.status().wire());
    message.setHeader(REASON, verdict.error());
    message.setBody(verdict.response());
  }

  /**
   * Ends the decided items.
   *
   * @throws IllegalStateException when others are tried again
   */
  @SuppressWarnings("unchecked")
  public void settle(Exchange exchange) {
    List<UplinkItem> again =
        Promises.store(
            exchange,
            "uplink",
            () ->
                store.settle(
                    exchange.getProperty(VERDICTS, List.class),
                    exchange.getProperty(STEP, String.class)));
    if (!again.isEmpty()) {
      throw new IllegalStateException(
          "central does not take " + again.size() + " items, the first is " + again.get(0).seq());
    }
  }
}
