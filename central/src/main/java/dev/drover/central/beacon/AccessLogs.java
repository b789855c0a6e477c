package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.crypto.Envelope;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.AccessLogBatch;
import dev.drover.engine.report.Fields;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.AccessLogPage;
import java.security.KeyPair;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.bson.Document;

/**
 * Access logs (document 1, sections 2.4 and 6.3; R-25): malls hand them in, operators read them.
 */
public final class AccessLogs {
  private static final int PAGE = 100;
  private static final int MAX_PAGE = 1000;

  private static final String GATHERED = "DroverGatheredLogs";

  /** A batch, and how many of its entries were new once it is stored. */
  private static final class Gathered {
    private final String entityId;
    private final AccessLogBatch batch;
    private final Operation operation;
    private Integer stored;

    Gathered(String entityId, AccessLogBatch batch, Operation operation) {
      this.operation = operation;
      this.entityId = entityId;
      this.batch = batch;
    }

    String answer() {
      if (stored == null) {
        throw new IllegalStateException("these access logs are not stored yet");
      }
      return Json.text(batch.answer(stored));
    }
  }

  private final BeaconRegistry beacons;
  private final AccessLogStore store;
  private final AccessLogReader reader;
  private final AccessLogRequests requests;
  private final KeyPair key;

  /**
   * The access logs of all entities.
   *
   * @param key what malls seal logs for
   */
  public AccessLogs(
      MongoDatabase database,
      BeaconRegistry beacons,
      AccessLogRequests requests,
      KeyPair key,
      Clock clock) {
    this.beacons = beacons;
    this.store = new AccessLogStore(database, clock);
    this.reader = new AccessLogReader(database);
    this.requests = requests;
    this.key = key;
  }

  /**
   * Replaces {@code {"jwe": "…"}} by what is sealed in it; any other body stays.
   *
   * @throws ProtocolException VALIDATION_FAILED when it is not sealed for central
   */
  public void open(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    if (body.has("jwe")) {
      exchange
          .getMessage()
          .setBody(Envelope.open(Fields.need(body, "jwe", Integer.MAX_VALUE), key));
    }
  }

  /** Begins to collect batches that will be stored together. */
  public void gather(Exchange exchange) {
    exchange.setProperty(GATHERED, new ArrayList<Gathered>());
  }

  /**
   * Checks a batch and puts it to those that are stored together. The body becomes its answer,
   * which can be read when they are stored.
   *
   * @throws ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED, PAYLOAD_TOO_LARGE
   */
  public void take(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String entityId = EntityScope.of(exchange, body);
    AccessLogBatch batch = AccessLogBatch.read(body);
    if (!beacons.has(entityId, batch.beaconId())) {
      throw Fields.unknownBeacon(batch.beaconId());
    }
    if (gathered(exchange) == null) {
      gather(exchange);
    }
    Gathered gathered = new Gathered(entityId, batch, Operation.of(exchange));
    gathered(exchange).add(gathered);
    // stored together with others, before any of them is answered
    Promises.owe(exchange, "access-logs");
    exchange.getMessage().setBody((Supplier<String>) gathered::answer);
  }

  /**
   * Stores what was gathered, durably and each entry once, and then notes which requests it
   * answers; sets how many entries were new.
   */
  public void store(Exchange exchange) {
    Promises.store(exchange, "access-logs", () -> storeGathered(exchange));
  }

  private void storeGathered(Exchange exchange) {
    List<Gathered> all = gathered(exchange);
    // A caller works on one entity, so the first one's is that of all.
    String entityId = all.get(0).entityId;
    List<AccessLogBatch> batches = all.stream().map(each -> each.batch).toList();
    List<Operation> operations = all.stream().map(each -> each.operation).toList();
    operations.forEach(Operation::check);
    List<Integer> stored = store.store(entityId, batches, operations);
    requests.note(entityId, batches);
    for (int i = 0; i < all.size(); i++) {
      all.get(i).stored = stored.get(i);
    }
    int records = stored.stream().mapToInt(Integer::intValue).sum();
    exchange.setProperty(ProtocolLog.RECORDS, records);
  }

  /** Makes the answer to the one batch that was stored the body. */
  public void answer(Exchange exchange) {
    exchange.getMessage().setBody(gathered(exchange).get(0).answer());
  }

  @SuppressWarnings("unchecked")
  private static List<Gathered> gathered(Exchange exchange) {
    return exchange.getProperty(GATHERED, List.class);
  }

  /** A page of an entity's logs, in stored order; {@code cursor} says where the next one begins. */
  public void list(Exchange exchange) {
    AccessLogReader.Query query =
        new AccessLogReader.Query(
            EntityScope.of(exchange),
            Fields.query(exchange, "beacon_id"),
            Fields.time(exchange, "since"),
            Fields.time(exchange, "until"));
    AccessLogReader.Position from =
        Fields.query(exchange, "cursor")
            .map(AccessLogReader.Position::parse)
            .orElse(AccessLogReader.Position.START);
    AccessLogReader.Page page = reader.read(query, from, Fields.limit(exchange, PAGE, MAX_PAGE));
    List<AccessLogPage.Entry> logs = page.entries().stream().map(AccessLogs::entry).toList();
    AccessLogPage answer = new AccessLogPage(logs, page.end().text(), page.more());
    exchange.getMessage().setBody(Json.text(answer));
  }

  private static AccessLogPage.Entry entry(Document stored) {
    return new AccessLogPage.Entry(
        stored.getString("beacon_id"),
        stored.getDate("stored_at").toInstant(),
        stored.getString("request_id"),
        RawJson.of(stored.getString("json")));
  }
}
