package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.PushOptions;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.drover.central.security.Audit;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.Fields;
import dev.drover.engine.time.Ticker;
import dev.drover.fleet.device.Device;
import dev.drover.fleet.outbox.OwedEvent;
import dev.drover.fleet.outbox.OwedEvents;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.ConfigUpdateEvent;
import dev.drover.proto.navign.RevocationResponse;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Beacons that an operator shut out. Their mall refuses them; it is told with a {@code
 * config_update} of type {@value #TYPE} that carries the whole list, so that a later one makes up
 * for an earlier one that never came, and with the answers to what such a beacon still reports. The
 * list is the truth, and each version of it is one write with the operation's id; the mark at the
 * beacon follows it.
 */
public final class BeaconRevocations {
  /** The type of the configuration. */
  public static final String TYPE = "revoked_beacons";

  private static final String OPERATIONS = "operations";
  private static final int KEPT = 100;
  private static final int ATTEMPTS = 100;

  private final MongoCollection<Document> lists;
  private final BeaconRegistry beacons;
  private final OwedEvents events;
  private final Audit audit;
  private final Clock clock;

  /** The collection {@code beacon_revocations}: one list for each entity. */
  public BeaconRevocations(
      MongoDatabase database, BeaconRegistry beacons, Audit audit, Clock clock, Ticker ticker) {
    this.lists = database.getCollection("beacon_revocations");
    this.beacons = beacons;
    this.events = new OwedEvents(lists, clock, ticker);
    this.audit = audit;
    this.clock = clock;
  }

  /** The events that the lists owe the malls. */
  public OwedEvents events() {
    return events;
  }

  /**
   * Shuts a beacon out; one that is shut out already stays so since the first time.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void revoke(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeRevoked(exchange));
  }

  private void storeRevoked(Exchange exchange) {
    String reason = Audit.reason(Fields.body(exchange));
    String entityId = EntityScope.of(exchange);
    String beaconId = known(exchange, entityId);
    audit.note(exchange, "beacon_revoked", entityId + "/" + beaconId, reason);
    Done done = once(entityId, beaconId, true, Operation.of(exchange));
    mark(entityId, beaconId, Optional.of(done.at()), done.version());
    exchange.getMessage().setBody(Json.text(new RevocationResponse(done.at().toInstant(), null)));
  }

  /**
   * Lets a beacon in again.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void restore(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeRestored(exchange));
  }

  private void storeRestored(Exchange exchange) {
    String reason = Audit.reasonIfGiven(exchange);
    String entityId = EntityScope.of(exchange);
    String beaconId = known(exchange, entityId);
    audit.note(exchange, "beacon_restored", entityId + "/" + beaconId, reason);
    Done done = once(entityId, beaconId, false, Operation.of(exchange));
    mark(entityId, beaconId, Optional.empty(), done.version());
    exchange.getMessage().setBody(Json.text(new RevocationResponse(null, done.at().toInstant())));
  }

  /** The version of the list that an operation has made, and the time that it answers. */
  private record Done(long version, Date at) {}

  /**
   * The next version of the list, together with the operation's id and the event that tells of it,
   * in one write, which fails when there is another version meanwhile.
   */
  private Done once(String entityId, String beaconId, boolean revoke, Operation operation) {
    Bson id = Filters.eq("_id", entityId);
    lists.updateOne(id, Updates.setOnInsert("version", 0L), new UpdateOptions().upsert(true));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Document list = lists.find(id).first();
      for (Document done : list.getList(OPERATIONS, Document.class, List.of())) {
        if (operation.is(done.getString("_id"))) {
          return new Done(done.getLong("version"), done.getDate("at"));
        }
      }
      long version = list.getLong("version");
      Date now = Date.from(clock.instant().truncatedTo(ChronoUnit.MILLIS));
      Set<String> beaconIds =
          new LinkedHashSet<>(list.getList("beacon_ids", String.class, List.of()));
      boolean already = revoke && beaconIds.contains(beaconId);
      Date at = already ? revokedAt(entityId, beaconId).orElse(now) : now;
      Done done = new Done(version + 1, at);
      if (revoke) {
        beaconIds.add(beaconId);
      } else {
        beaconIds.remove(beaconId);
      }
      operation.check();
      Bson next =
          Updates.combine(
              Updates.set("version", done.version()),
              Updates.set("beacon_ids", List.copyOf(beaconIds)),
              event(entityId, done.version(), beaconIds).withChange(),
              operation.id().map(key -> push(key, done)).orElseGet(Updates::combine));
      Bson unchanged = Filters.and(id, Filters.eq("version", version));
      if (lists.updateOne(unchanged, next).getMatchedCount() == 1) {
        events.written();
        return done;
      }
    }
    throw new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "The list of beacons changes too fast");
  }

  private static Bson push(String operation, Done done) {
    Document receipt = new Document("_id", operation).append("version", done.version());
    return Updates.pushEach(
        OPERATIONS, List.of(receipt.append("at", done.at())), new PushOptions().slice(-KEPT));
  }

  private String known(Exchange exchange, String entityId) {
    String beaconId = Fields.query(exchange, "beacon_id").orElse("");
    if (!beacons.has(entityId, beaconId)) {
      throw Fields.unknownBeacon(beaconId);
    }
    return beaconId;
  }

  private static OwedEvent event(String entityId, long version, Set<String> beaconIds) {
    String key = TYPE + ":" + version;
    JsonNode config = Json.MAPPER.valueToTree(Map.of("beacon_ids", beaconIds));
    ConfigUpdateEvent event = new ConfigUpdateEvent(TYPE, config, version, key);
    return new OwedEvent(key, entityId, "config_update", Json.text(event));
  }

  /** Since when a beacon is marked as shut out. */
  private Optional<Date> revokedAt(String entityId, String beaconId) {
    return beacons.find(entityId, beaconId).flatMap(Device::shutOut);
  }

  /**
   * Marks a beacon as shut out, or takes the mark away.
   *
   * @param since when it was shut out, empty when it is let in again
   * @param version of the entity's list that says so; an older one than is known changes nothing
   */
  private void mark(String entityId, String beaconId, Optional<Date> since, long version) {
    beacons.change(entityId, beaconId, beacon -> beacon.shutOut(since, version));
  }
}
