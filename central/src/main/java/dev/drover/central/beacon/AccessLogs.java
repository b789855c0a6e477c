package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.crypto.Envelope;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.AccessLogBatch;
import dev.drover.engine.report.Fields;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.bson.Document;

/**
 * Access logs (document 1, sections 2.4 and 6.3; R-25): malls hand them in, operators read them and
 * ask malls for more.
 */
public final class AccessLogs {
  private static final int PAGE = 100;
  private static final int MAX_PAGE = 1000;

  private final Beacons beacons;
  private final AccessLogStore store;
  private final PendingEvents events;
  private final KeyPair key;

  /**
   * The access logs of all entities.
   *
   * @param key what malls seal logs for
   */
  public AccessLogs(
      MongoDatabase database, Beacons beacons, PendingEvents events, KeyPair key, Clock clock) {
    this.beacons = beacons;
    this.store = new AccessLogStore(database, clock);
    this.events = events;
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

  /**
   * Stores a batch and answers how many of its entries were new.
   *
   * @throws ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED, PAYLOAD_TOO_LARGE
   */
  public void store(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String entityId = EntityScope.of(exchange, body);
    AccessLogBatch batch = AccessLogBatch.read(body);
    if (!beacons.knows(entityId, batch.beaconId())) {
      throw Fields.unknownBeacon(batch.beaconId());
    }
    int stored = store.store(entityId, batch.beaconId(), batch.logs(), batch.requestId());
    exchange.setProperty(ProtocolLog.RECORDS, stored);
    exchange.getMessage().setBody(batch.answer(stored).toString());
  }

  /** A page of an entity's logs, in stored order; {@code cursor} says where the next one begins. */
  public void list(Exchange exchange) {
    AccessLogStore.Query query =
        new AccessLogStore.Query(
            EntityScope.of(exchange, Json.MAPPER.createObjectNode()),
            Fields.query(exchange, "beacon_id"),
            Fields.time(exchange, "since"),
            Fields.time(exchange, "until"));
    AccessLogStore.Position from =
        Fields.query(exchange, "cursor")
            .map(AccessLogStore.Position::parse)
            .orElse(AccessLogStore.Position.START);
    AccessLogStore.Page page = store.read(query, from, Fields.limit(exchange, PAGE, MAX_PAGE));
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode list = answer.putArray("logs");
    for (Document entry : page.entries()) {
      ObjectNode item = list.addObject();
      item.put("beacon_id", entry.getString("beacon_id"));
      item.put("stored_at", entry.getDate("stored_at").toInstant().toString());
      item.put("request_id", entry.getString("request_id"));
      item.set("log", Json.object(entry.getString("json").getBytes(StandardCharsets.UTF_8)));
    }
    answer.put("cursor", page.end().text()).put("has_more", page.more());
    exchange.getMessage().setBody(answer.toString());
  }

  /**
   * Asks a mall for what its beacon has recorded: event {@code access_log_request}, durable before
   * the answer.
   *
   * @throws ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void request(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String entityId = EntityScope.of(exchange, body);
    String beaconId = Fields.id(body, "beacon_id");
    Instant since =
        Fields.time(body, "since")
            .orElseThrow(() -> Fields.invalid("since", "since says from when on"));
    if (!beacons.knows(entityId, beaconId)) {
      throw Fields.unknownBeacon(beaconId);
    }
    String requestId = "req-" + UUID.randomUUID();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("beacon_id", beaconId);
    data.put("since", since.toString());
    data.put("request_id", requestId);
    data.put("event_key", "access_log_request:" + requestId);
    events.add(entityId, requestId, "access_log_request", Json.text(data));
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
    exchange.getMessage().setBody(Json.text(Map.of("request_id", requestId)));
  }
}
