package dev.drover.orchestrator.uplink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.orchestrator.central.CentralCalls;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;

/** One batch of the queue on its way to central, and what central says to each of its items. */
public final class UplinkUpload {
  /** Exchange property: how many items of the batch are not settled yet. */
  public static final String OPEN = "DroverUplinkOpen";

  private static final String RECORDS = "DroverUplinkRecords";
  private static final String ITEMS = "DroverUplinkItems";
  private static final String STEP = "uplink-request-send";

  private final UplinkStore store;
  private final String entityId;
  private final int parkAfter;

  /**
   * Uploads of one mall.
   *
   * @param parkAfter how many refusals park an item
   */
  public UplinkUpload(UplinkStore store, String entityId, int parkAfter) {
    this.store = store;
    this.entityId = entityId;
    this.parkAfter = parkAfter;
  }

  /** Reads the messages of the batch; what nobody can read is parked. */
  public void read(Exchange exchange) {
    List<UplinkItem> items = new ArrayList<>();
    for (Object one : exchange.getMessage().getBody(List.class)) {
      byte[] content = content(exchange, one);
      try {
        items.add(UplinkItem.read(content));
      } catch (RuntimeException e) {
        String text = new String(content, StandardCharsets.UTF_8);
        store.parkUnreadable(text, "unreadable: " + e.getMessage(), "uplink-batch-upload");
      }
    }
    exchange.setProperty(RECORDS, exchange.getMessage().getBody());
    exchange.setProperty(ITEMS, items);
  }

  /** Tells Kafka that the batch in the body need not come again: up to its last record. */
  public void commit(Exchange exchange) {
    List<?> records = exchange.getProperty(RECORDS, List.class);
    Exchange last = (Exchange) records.get(records.size() - 1);
    last.getMessage().getHeader(KafkaConstants.MANUAL_COMMIT, KafkaManualCommit.class).commit();
  }

  /** The queues hand over messages or exchanges. */
  private static byte[] content(Exchange batch, Object one) {
    Message message = one instanceof Exchange exchange ? exchange.getMessage() : (Message) one;
    Object body = message.getBody();
    return batch.getContext().getTypeConverter().convertTo(byte[].class, batch, body);
  }

  /** Leaves out what is settled; the queue may bring an item twice. */
  public void leaveOutSettled(Exchange exchange) {
    List<UplinkItem> open = store.open(items(exchange));
    exchange.setProperty(ITEMS, open);
    exchange.setProperty(OPEN, open.size());
  }

  /** Makes the request to central. Items that are sent in the same state have the same batch id. */
  public void write(Exchange exchange) {
    List<UplinkItem> items = items(exchange);
    String batch = batchId(items);
    ObjectNode request = Json.MAPPER.createObjectNode();
    request.put("entity_id", entityId);
    request.put("batch_id", batch);
    ArrayNode wire = request.putArray("items");
    items.forEach(item -> wire.add(item.wire()));
    exchange.getMessage().setHeader("X-Idempotency-Key", batch);
    exchange.getMessage().setBody(Json.text(request));
  }

  /** A definite refusal is not asked for again under the same id: its answer is stored there. */
  private String batchId(List<UplinkItem> items) {
    StringBuilder content = new StringBuilder();
    for (UplinkItem item : items) {
      content.append(item.idempotencyKey()).append(' ').append(store.tries(item)).append('\n');
    }
    return UUID.nameUUIDFromBytes(content.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }

  /**
   * Writes down what central says to each item.
   *
   * @throws IllegalStateException when the request was not done, or items are tried again
   */
  public void settle(Exchange exchange) {
    int status = CentralCalls.status(exchange);
    if (status / 100 != 2) {
      throw new IllegalStateException(
          "central answered " + status + " " + CentralCalls.code(exchange));
    }
    JsonNode answer = Json.tree(exchange.getMessage().getBody(byte[].class));
    Map<Long, JsonNode> results = new HashMap<>();
    answer.path("results").forEach(result -> results.put(result.path("seq").asLong(), result));
    List<Verdict> verdicts = new ArrayList<>();
    for (UplinkItem item : items(exchange)) {
      verdicts.add(verdict(item, results.get(item.seq())));
    }
    conclude(verdicts);
  }

  private static Verdict verdict(UplinkItem item, JsonNode result) {
    if (result == null) {
      throw new IllegalStateException("central's answer says nothing of item " + item.seq());
    }
    JsonNode error = result.path("error");
    return new Verdict(
        item,
        Verdict.Status.valueOf(result.path("status").asText().toUpperCase(Locale.ROOT)),
        error.isMissingNode() ? "rejected" : error.isTextual() ? error.asText() : error.toString());
  }

  /** Central refuses the request as a whole: makes the body a list of its items, one by one. */
  public void takeApart(Exchange exchange) {
    exchange.getMessage().setBody(items(exchange));
  }

  /** Makes the one item in the body a batch of its own. */
  public void alone(Exchange exchange) {
    exchange.setProperty(ITEMS, List.of(exchange.getMessage().getBody(UplinkItem.class)));
  }

  /**
   * Central refuses an item that was sent alone.
   *
   * @throws IllegalStateException when it is tried again
   */
  public void refuse(Exchange exchange) {
    String error =
        "central answered " + CentralCalls.status(exchange) + " " + CentralCalls.code(exchange);
    conclude(
        items(exchange).stream()
            .map(item -> new Verdict(item, Verdict.Status.REJECTED, error))
            .toList());
  }

  private void conclude(List<Verdict> verdicts) {
    List<UplinkItem> again = store.settle(verdicts, parkAfter, STEP);
    if (!again.isEmpty()) {
      throw new IllegalStateException(
          "central does not take " + again.size() + " items, the first is " + again.get(0).seq());
    }
  }

  @SuppressWarnings("unchecked")
  private static List<UplinkItem> items(Exchange exchange) {
    return exchange.getProperty(ITEMS, List.class);
  }
}
