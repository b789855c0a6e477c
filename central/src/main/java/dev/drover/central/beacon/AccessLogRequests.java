package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.AccessLogBatch;
import dev.drover.engine.report.Fields;
import dev.drover.engine.report.RequestPage;
import dev.drover.engine.time.Ticker;
import dev.drover.fleet.outbox.OwedEvent;
import dev.drover.fleet.outbox.OwedEvents;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.AccessLogRequestAccepted;
import dev.drover.proto.navign.AccessLogRequestEvent;
import dev.drover.proto.navign.AccessLogRequestState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.bson.Document;

/**
 * What operators ask malls for (document 1, section 2.4), one document per request in collection
 * {@code access_log_requests}, and how far it is answered. A page is noted by updates that only
 * raise or lower a value, so it does not matter how often or in which order pages come, nor whether
 * a mall that died in the middle of an answer begins it anew with more in it.
 */
public final class AccessLogRequests {
  private final MongoCollection<Document> requests;
  private final BeaconRegistry beacons;
  private final OwedEvents events;
  private final Duration kept;
  private final Clock clock;

  /**
   * The requests of all entities.
   *
   * @param kept how long a request is remembered
   */
  public AccessLogRequests(
      MongoDatabase database, BeaconRegistry beacons, Duration kept, Clock clock, Ticker ticker) {
    this.requests = database.getCollection("access_log_requests");
    this.beacons = beacons;
    this.events = new OwedEvents(requests, clock, ticker);
    this.kept = kept;
    this.clock = clock;
  }

  /** The events that the requests owe the malls. */
  public OwedEvents events() {
    return events;
  }

  private static String key(String entityId, String requestId) {
    return entityId + "/" + requestId;
  }

  /**
   * Asks a mall for what its beacon has recorded: event {@code access_log_request}, durable before
   * the answer.
   *
   * @throws ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void request(Exchange exchange) {
    Promises.store(exchange, "access-logs", () -> storeRequest(exchange));
  }

  private void storeRequest(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String entityId = EntityScope.of(exchange, body);
    String beaconId = Fields.id(body, "beacon_id");
    Instant since =
        Fields.time(body, "since")
            .orElseThrow(() -> Fields.invalid("since", "since says from when on"));
    if (!beacons.has(entityId, beaconId)) {
      throw Fields.unknownBeacon(beaconId);
    }
    Operation operation = Operation.of(exchange);
    String requestId = "req-" + operation.newId();
    ProtocolLog.target(exchange, beaconId);
    operation.check();
    store(entityId, requestId, beaconId, since);
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
    exchange.getMessage().setBody(Json.text(new AccessLogRequestAccepted(requestId)));
  }

  /** Stores a request together with the event that tells of it; once, however often it is done. */
  private void store(String entityId, String requestId, String beaconId, Instant since) {
    Instant now = clock.instant();
    requests.updateOne(
        Filters.eq("_id", key(entityId, requestId)),
        Updates.combine(
            Updates.setOnInsert("beacon_id", beaconId),
            Updates.setOnInsert("since", since.toString()),
            Updates.setOnInsert("requested_at", Date.from(now)),
            Updates.setOnInsert("expires_at", Date.from(now.plus(kept))),
            event(entityId, requestId, beaconId, since).withNew()),
        new UpdateOptions().upsert(true));
    events.written();
  }

  private static OwedEvent event(
      String entityId, String requestId, String beaconId, Instant since) {
    String key = "access_log_request:" + requestId;
    AccessLogRequestEvent event =
        new AccessLogRequestEvent(beaconId, since.toString(), requestId, key);
    return new OwedEvent(key, entityId, "access_log_request", Json.text(event));
  }

  /**
   * Notes the pages among some batches that are stored, in one durable write; none when none
   * answers a request. What names a request that is not known, or one for another beacon, is left.
   */
  void note(String entityId, List<AccessLogBatch> batches) {
    List<UpdateOneModel<Document>> pages =
        batches.stream()
            .flatMap(batch -> batch.answers().map(page -> update(entityId, batch, page)).stream())
            .toList();
    if (!pages.isEmpty()) {
      requests.bulkWrite(pages);
    }
  }

  private UpdateOneModel<Document> update(String entityId, AccessLogBatch batch, RequestPage page) {
    String field = "pages." + page.page();
    return new UpdateOneModel<>(
        Filters.and(
            Filters.eq("_id", key(entityId, page.requestId())),
            Filters.eq("beacon_id", batch.beaconId())),
        Updates.combine(
            Updates.max(field + ".logs", batch.logs().size()),
            Updates.min(field + ".at", Date.from(clock.instant())),
            Updates.max("known_pages", page.page() + (page.more() ? 1 : 0))));
  }

  /**
   * How far a request is answered: {@code open} before the first page, {@code answering} while a
   * page is missing, then {@code answered}.
   *
   * @throws ProtocolException NOT_FOUND
   */
  public void read(Exchange exchange) {
    String entityId = EntityScope.of(exchange);
    String requestId = Fields.query(exchange, "request_id").orElse("");
    Document request = requests.find(Filters.eq("_id", key(entityId, requestId))).first();
    if (request == null) {
      throw new ProtocolException(
          ErrorCode.NOT_FOUND, "No such request", Map.of("request_id", requestId));
    }
    Collection<Document> pages =
        request.get("pages", new Document()).values().stream().map(Document.class::cast).toList();
    boolean answered = pages.size() == request.getInteger("known_pages", -1);
    AccessLogRequestState state =
        new AccessLogRequestState(
            requestId,
            request.getString("beacon_id"),
            request.getString("since"),
            request.getDate("requested_at").toInstant(),
            pages.isEmpty() ? "open" : answered ? "answered" : "answering",
            pages.size(),
            pages.stream().mapToLong(page -> page.getInteger("logs")).sum(),
            answered ? latest(pages) : null);
    exchange.getMessage().setBody(Json.text(state));
  }

  private static Instant latest(Collection<Document> pages) {
    return pages.stream()
        .map(page -> page.getDate("at").toInstant())
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }
}
