package dev.drover.central.beacon;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.report.Fields;
import dev.drover.proto.BeaconId;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.bson.Document;

/**
 * The beacons that central knows, one document each in collection {@code beacons}; collection
 * {@code beacon_devices} remembers which id a device got. Everything is found by its key.
 */
public final class BeaconRegistry {
  private static final int DUPLICATE_ATTEMPTS = 100;
  private static final int OPERATIONS = 100;
  private static final int FOUND = 50_000;
  private static final FindOneAndUpdateOptions UPSERT =
      new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER);

  private final MongoCollection<Document> beacons;
  private final MongoCollection<Document> devices;

  /** Keys that were found: a beacon is never removed, so each needs to be asked for once. */
  private final Set<String> found = ConcurrentHashMap.newKeySet();

  /** The beacons of all entities in this database. */
  public BeaconRegistry(MongoDatabase database) {
    this.beacons = database.getCollection("beacons");
    this.devices = database.getCollection("beacon_devices");
  }

  /**
   * The id of a device: the one it has, else the one it asks for, else the one that follows from
   * its name.
   *
   * @throws ProtocolException ALREADY_EXISTS when it asks for another one than it has
   */
  String assign(String entityId, String deviceId, Optional<String> asked) {
    String id = asked.orElse(BeaconId.of(entityId, deviceId));
    Document device =
        devices.findOneAndUpdate(
            Filters.eq("_id", key(entityId, deviceId)),
            Updates.setOnInsert("beacon_id", id),
            UPSERT);
    String known = device.getString("beacon_id");
    if (asked.isPresent() && !asked.get().equals(known)) {
      throw new ProtocolException(
          ErrorCode.ALREADY_EXISTS,
          "This device is registered under another id",
          Map.of("beacon_id", known));
    }
    return known;
  }

  Optional<Document> find(String entityId, String beaconId) {
    return Optional.ofNullable(beacons.find(Filters.eq("_id", key(entityId, beaconId))).first());
  }

  /** True when the entity has this beacon. */
  boolean has(String entityId, String beaconId) {
    String key = key(entityId, beaconId);
    if (found.contains(key)) {
      return true;
    }
    if (find(entityId, beaconId).isEmpty()) {
      return false;
    }
    if (found.size() >= FOUND) {
      found.clear();
    }
    found.add(key);
    return true;
  }

  /** Changes a beacon by compare-and-set, or makes it; returns it as it is then. */
  Document put(String entityId, String beaconId, Consumer<Document> change) {
    return change(entityId, beaconId, change, true);
  }

  /**
   * Changes a beacon by compare-and-set.
   *
   * @throws ProtocolException BEACON_NOT_REGISTERED
   */
  Document change(String entityId, String beaconId, Consumer<Document> change) {
    return change(entityId, beaconId, change, false);
  }

  /**
   * Changes a beacon by compare-and-set, as an operation that may be repeated: it is done once.
   *
   * @param field where the beacon's last operations of this kind are remembered
   * @throws ProtocolException BEACON_NOT_REGISTERED
   */
  Document once(
      String entityId,
      String beaconId,
      String field,
      Operation operation,
      Consumer<Document> change) {
    if (operation.id().isEmpty()) {
      return change(entityId, beaconId, change);
    }
    if (operation.repeated()) {
      // The conditional write of an earlier holder that stands still fails after this.
      change(entityId, beaconId, beacon -> {});
    }
    return change(
        entityId,
        beaconId,
        beacon -> {
          List<String> done = new ArrayList<>(beacon.getList(field, String.class, List.of()));
          if (!done.contains(operation.id().get())) {
            operation.check();
            change.accept(beacon);
            done.add(operation.id().get());
            beacon.put(field, done.subList(Math.max(0, done.size() - OPERATIONS), done.size()));
          }
        });
  }

  private Document change(
      String entityId, String beaconId, Consumer<Document> change, boolean create) {
    String key = key(entityId, beaconId);
    for (int attempt = 0; attempt < DUPLICATE_ATTEMPTS; attempt++) {
      Optional<Document> known = find(entityId, beaconId);
      if (known.isEmpty() && !create) {
        throw Fields.unknownBeacon(beaconId);
      }
      Document beacon =
          known.orElseGet(
              () ->
                  new Document("_id", key)
                      .append("entity_id", entityId)
                      .append("beacon_id", beaconId)
                      .append("rev", 0L));
      long rev = beacon.getLong("rev");
      change.accept(beacon);
      beacon.put("rev", rev + 1);
      if (known.isEmpty() ? insert(beacon) : replace(beacon, rev)) {
        return beacon;
      }
    }
    throw new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "This beacon changes too fast");
  }

  private boolean insert(Document beacon) {
    try {
      beacons.insertOne(beacon);
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
      return false;
    }
  }

  private boolean replace(Document beacon, long rev) {
    return beacons
            .replaceOne(
                Filters.and(Filters.eq("_id", beacon.getString("_id")), Filters.eq("rev", rev)),
                beacon)
            .getMatchedCount()
        == 1;
  }

  /** The beacons of an entity after an id, in order. */
  List<Document> list(String entityId, String after, int limit) {
    Document range = EntityScope.below(entityId);
    range.get("_id", Document.class).put("$gt", key(entityId, after));
    return beacons.find(range).sort(Sorts.ascending("_id")).limit(limit).into(new ArrayList<>());
  }

  private static String key(String entityId, String id) {
    return entityId + "/" + id;
  }
}
