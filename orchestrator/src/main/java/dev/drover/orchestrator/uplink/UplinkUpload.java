package dev.drover.orchestrator.uplink;

import dev.drover.engine.guard.Demands;
import dev.drover.engine.guard.Promises;
import dev.drover.orchestrator.uplink.store.UplinkCopy;
import dev.drover.orchestrator.uplink.store.UplinkItem;
import dev.drover.orchestrator.uplink.store.UplinkRef;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.Plain;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;

/** One batch of the queue on its way to central. */
public final class UplinkUpload {
  /** Exchange property: how many items of the batch are not settled yet. */
  public static final String OPEN = "DroverUplinkOpen";

  /** Exchange property: how many of the next items the queue has not brought. */
  public static final String HOLES = "DroverUplinkHoles";

  /** Exchange property: whether the seal of some of them is broken, in the queue and the store. */
  public static final String BROKEN = "DroverUplinkBroken";

  private static final String RECORDS = "DroverUplinkRecords";
  private static final String BATCH = "DroverUplinkBatch";
  private static final String ITEMS = "DroverUplinkItems";

  private final UplinkStore store;
  private final String entityId;
  private final int batchSize;
  private final long requestBytes;

  /**
   * Uploads of one mall.
   *
   * @param batchSize how many items a request has at most
   * @param requestBytes how many bytes a request has at most, about; a larger item goes alone
   */
  public UplinkUpload(UplinkStore store, String entityId, int batchSize, long requestBytes) {
    this.store = store;
    this.entityId = entityId;
    this.batchSize = batchSize;
    this.requestBytes = requestBytes;
  }

  /** The items that the exchange carries. */
  @SuppressWarnings("unchecked")
  static List<UplinkItem> items(Exchange exchange) {
    return exchange.getProperty(ITEMS, List.class);
  }

  /** Reads the writes that the queue brought; what nobody can read is parked. */
  public void read(Exchange exchange) {
    Promises.begin(exchange, Demands.durable("uplink-batch-upload"));
    Map<UplinkRef, UplinkCopy> batch = new LinkedHashMap<>();
    for (Object one : exchange.getMessage().getBody(List.class)) {
      byte[] content = content(exchange, one);
      try {
        UplinkCopy copy = UplinkCopy.read(content);
        batch.merge(copy.ref(), copy, UplinkCopy::or);
      } catch (RuntimeException e) {
        String text = new String(content, StandardCharsets.UTF_8);
        String why = "unreadable: " + Plain.words(e.getMessage());
        store.parked().parkUnreadable(text, why, "uplink-batch-upload");
      }
    }
    store.takeBack(batch.values());
    exchange.setProperty(RECORDS, exchange.getMessage().getBody());
    exchange.setProperty(BATCH, batch);
    exchange.setProperty(OPEN, batch.size());
    if (batch.isEmpty()) {
      // what is parked is in the mall's store
      Promises.store(exchange, "uplink", () -> {});
    }
    batch.keySet().forEach(item -> store.pulse().works(item.queue()));
  }

  /** Tells Kafka that the batch in the body need not come again: up to its last record. */
  public void commit(Exchange exchange) {
    Promises.requireStored(exchange, "a batch is committed");
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

  /**
   * Takes what is to be sent next, so that the batch can be settled, as the queue brought it;
   * nothing when all of it is settled.
   */
  public void next(Exchange exchange) {
    // What follows is another request, with tries of its own.
    exchange.getMessage().removeHeader(Exchange.REDELIVERY_COUNTER);
    Map<UplinkRef, UplinkCopy> batch = batch(exchange);
    List<UplinkItem> next =
        store.next(batch.keySet(), batchSize, requestBytes).stream()
            .map(item -> store.carried(item, batch.get(UplinkRef.of(item))))
            .toList();
    take(exchange, next);
    exchange.setProperty(HOLES, next.stream().filter(item -> item.body() == null).count());
    exchange.setProperty(BROKEN, false);
    if (next.isEmpty()) {
      // the mall's store says that central has all of them, or that they are parked
      Promises.store(exchange, "uplink", () -> {});
      batch.keySet().forEach(item -> store.pulse().rests(item.queue()));
    }
  }

  /** Fills what the queue has not brought from the mall's store. */
  public void fillHoles(Exchange exchange) {
    List<UplinkItem> whole = store.fill(items(exchange));
    exchange.setProperty(ITEMS, whole);
    exchange.setProperty(BROKEN, whole.stream().anyMatch(item -> item.body() == null));
  }

  @SuppressWarnings("unchecked")
  private static Map<UplinkRef, UplinkCopy> batch(Exchange exchange) {
    return exchange.getProperty(BATCH, Map.class);
  }

  private static void take(Exchange exchange, List<UplinkItem> items) {
    exchange.setProperty(ITEMS, items);
    exchange.setProperty(OPEN, items.size());
  }

  /** Leaves out what is settled meanwhile. */
  public void leaveOutSettled(Exchange exchange) {
    take(exchange, store.open(items(exchange)));
  }

  /** Makes the request to central. Items that are sent in the same state have the same batch id. */
  public void write(Exchange exchange) {
    List<UplinkItem> items = items(exchange);
    items.forEach(UplinkUpload::requireBody);
    items.forEach(item -> store.pulse().works(item.queue()));
    String batch = batchId(items);
    exchange.getMessage().setHeader("X-Idempotency-Key", batch);
    exchange.getMessage().setBody(UplinkRequest.of(entityId, batch, items));
  }

  private static void requireBody(UplinkItem item) {
    if (item.body() == null) {
      throw new IllegalStateException(
          "the queue has not brought item " + item.seq() + ", and no step filled the hole");
    }
  }

  /**
   * A definite refusal is not asked for again under the same id: its answer is stored there. Nor is
   * a write that comes again after it was settled, such as the acknowledgement of an event that
   * central told twice: it has the same key and another number.
   */
  private static String batchId(List<UplinkItem> items) {
    StringBuilder content = new StringBuilder();
    for (UplinkItem item : items) {
      content.append(item.seq()).append(' ').append(item.idempotencyKey());
      content.append(' ').append(item.tries()).append('\n');
    }
    return UUID.nameUUIDFromBytes(content.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** Central refuses the request as a whole: makes the body a list of its items, one by one. */
  public void takeApart(Exchange exchange) {
    exchange.getMessage().setBody(items(exchange));
  }

  /** Makes the one item in the body a batch of its own. */
  public void alone(Exchange exchange) {
    exchange.setProperty(ITEMS, List.of(exchange.getMessage().getBody(UplinkItem.class)));
  }
}
