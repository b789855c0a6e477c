package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Updates;
import dev.drover.central.security.Audit;
import dev.drover.engine.report.Fields;
import dev.drover.proto.Json;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Beacons that an operator shut out. Their mall refuses them; it is told with a {@code
 * config_update} of type {@value #TYPE} that carries the whole list, so that a later one makes up
 * for an earlier one that never came, and with the answers to what such a beacon still reports.
 */
public final class BeaconRevocations {
  /** The type of the configuration. */
  public static final String TYPE = "revoked_beacons";

  private static final FindOneAndUpdateOptions AFTER =
      new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER);

  private final MongoCollection<Document> lists;
  private final Beacons beacons;
  private final PendingEvents events;
  private final Audit audit;
  private final Clock clock;

  /** The collection {@code beacon_revocations}: one list for each entity. */
  public BeaconRevocations(
      MongoDatabase database, Beacons beacons, PendingEvents events, Audit audit, Clock clock) {
    this.lists = database.getCollection("beacon_revocations");
    this.beacons = beacons;
    this.events = events;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Shuts a beacon out; a repetition answers with the first time.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void revoke(Exchange exchange) {
    String reason = Audit.reason(Fields.body(exchange));
    String entityId = EntityScope.of(exchange, Json.MAPPER.createObjectNode());
    String beaconId = known(exchange, entityId);
    audit.note(exchange, "beacon_revoked", entityId + "/" + beaconId, reason);
    Date since = beacons.revoke(entityId, beaconId, Date.from(now()));
    tell(entityId, Updates.addToSet("beacon_ids", beaconId));
    answer(exchange, "revoked_at", since.toInstant());
  }

  /**
   * Lets a beacon in again.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void restore(Exchange exchange) {
    String reason = Audit.reasonIfGiven(exchange);
    String entityId = EntityScope.of(exchange, Json.MAPPER.createObjectNode());
    String beaconId = known(exchange, entityId);
    audit.note(exchange, "beacon_restored", entityId + "/" + beaconId, reason);
    beacons.restore(entityId, beaconId);
    tell(entityId, Updates.pull("beacon_ids", beaconId));
    answer(exchange, "restored_at", now());
  }

  private String known(Exchange exchange, String entityId) {
    String beaconId = Fields.query(exchange, "beacon_id").orElse("");
    if (!beacons.knows(entityId, beaconId)) {
      throw Fields.unknownBeacon(beaconId);
    }
    return beaconId;
  }

  /** The next version of the list, durable, and the event that tells it. */
  private void tell(String entityId, Bson change) {
    Document list =
        lists.findOneAndUpdate(
            Filters.eq("_id", entityId),
            Updates.combine(change, Updates.inc("version", 1L)),
            AFTER);
    long version = list.getLong("version");
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("type", TYPE);
    data.put("config", Map.of("beacon_ids", list.getList("beacon_ids", String.class, List.of())));
    data.put("version", version);
    data.put("event_key", TYPE + ":" + version);
    events.add(entityId, TYPE + "-" + version, "config_update", Json.text(data));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static void answer(Exchange exchange, String name, Instant at) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    exchange.getMessage().setBody(answer.put(name, at.toString()).toString());
  }
}
