package dev.drover.fleet.device;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.bson.Document;

/**
 * The registry of all devices, one document each. A kind's devices are in a collection of its own
 * ({@code beacons}), and so is which id its hardware got ({@code beacon_devices}). Everything is
 * found by its key.
 */
public final class Devices {
  private static final int DUPLICATE_ATTEMPTS = 100;
  private static final int OPERATIONS = 100;
  private static final int FOUND = 50_000;
  private static final FindOneAndUpdateOptions UPSERT =
      new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER);

  private final MongoDatabase database;

  /** Those that were found: a device is never removed, so each needs to be asked for once. */
  private final Set<DeviceId> found = ConcurrentHashMap.newKeySet();

  /** The devices in this database. */
  public Devices(MongoDatabase database) {
    this.database = database;
  }

  private MongoCollection<Document> devices(Kind kind) {
    return database.getCollection(kind.devices());
  }

  /**
   * Registers hardware. It keeps the id that it has; else it gets the one that it asks for, else
   * the one that is given.
   *
   * @param given the id for hardware that asks for none; with its kind and its group
   * @param change makes the device what its registration says
   * @throws DeviceRefused HAS_OTHER_ID, ID_TAKEN
   */
  public Device register(
      DeviceId given, String hardware, Optional<String> asked, UnaryOperator<Device> change) {
    Kind kind = given.kind();
    String group = given.group();
    // Before the hardware gets an id that it could never use.
    asked
        .flatMap(id -> find(new DeviceId(kind, group, id)))
        .filter(device -> device.hardware() != null && !device.hardware().equals(hardware))
        .ifPresent(
            device -> {
              throw new DeviceRefused(DeviceRefused.Reason.ID_TAKEN, device.id());
            });
    String known =
        database
            .getCollection(kind.hardware())
            .findOneAndUpdate(
                Filters.eq("_id", DeviceId.key(group, hardware)),
                Updates.setOnInsert(kind.idField(), asked.orElse(given.id())),
                UPSERT)
            .getString(kind.idField());
    DeviceId id = new DeviceId(kind, group, known);
    if (asked.isPresent() && !asked.get().equals(known)) {
      throw new DeviceRefused(DeviceRefused.Reason.HAS_OTHER_ID, id);
    }
    return change(id, change, true);
  }

  /** A device as it is now. */
  public Optional<Device> find(DeviceId id) {
    return Optional.ofNullable(devices(id.kind()).find(Filters.eq("_id", id.key())).first())
        .map(stored -> new Device(id, stored));
  }

  /** True when there is such a device. */
  public boolean has(DeviceId id) {
    if (found.contains(id)) {
      return true;
    }
    if (find(id).isEmpty()) {
      return false;
    }
    if (found.size() >= FOUND) {
      found.clear();
    }
    found.add(id);
    return true;
  }

  /**
   * Changes a device by compare-and-set; returns it as it is then.
   *
   * @throws DeviceRefused UNKNOWN, CHANGES_TOO_FAST, or what the change throws
   */
  public Device change(DeviceId id, UnaryOperator<Device> change) {
    return change(id, change, false);
  }

  /**
   * Changes a device by compare-and-set, as an operation that may be repeated: it is done once.
   *
   * @param field where the device's last operations of this kind are remembered
   * @throws DeviceRefused as {@link #change}
   */
  public Device once(DeviceId id, String field, Operation operation, UnaryOperator<Device> change) {
    if (operation.id().isEmpty()) {
      return change(id, change);
    }
    String key = operation.id().get();
    if (operation.repeated()) {
      // The conditional write of an earlier holder that stands still fails after this.
      change(id, UnaryOperator.identity());
    }
    return change(
        id,
        device -> {
          List<String> done =
              new ArrayList<>(device.stored().getList(field, String.class, List.of()));
          if (done.contains(key)) {
            return device;
          }
          operation.check();
          done.add(key);
          return change
              .apply(device)
              .with(field, done.subList(Math.max(0, done.size() - OPERATIONS), done.size()));
        });
  }

  private Device change(DeviceId id, UnaryOperator<Device> change, boolean create) {
    for (int attempt = 0; attempt < DUPLICATE_ATTEMPTS; attempt++) {
      Optional<Device> known = find(id);
      if (known.isEmpty() && !create) {
        throw new DeviceRefused(DeviceRefused.Reason.UNKNOWN, id);
      }
      Device device = known.orElseGet(() -> empty(id));
      long rev = device.stored().getLong("rev");
      Device next = change.apply(device).with("rev", rev + 1);
      if (known.isEmpty() ? insert(next) : replace(next, rev)) {
        return next;
      }
    }
    throw new DeviceRefused(DeviceRefused.Reason.CHANGES_TOO_FAST, id);
  }

  private static Device empty(DeviceId id) {
    return new Device(
        id,
        new Document("_id", id.key())
            .append("entity_id", id.group())
            .append(id.kind().idField(), id.id())
            .append("rev", 0L));
  }

  private boolean insert(Device device) {
    try {
      devices(device.id().kind()).insertOne(device.stored());
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
      return false;
    }
  }

  private boolean replace(Device device, long rev) {
    return devices(device.id().kind())
            .replaceOne(
                Filters.and(Filters.eq("_id", device.id().key()), Filters.eq("rev", rev)),
                device.stored())
            .getMatchedCount()
        == 1;
  }

  /** The devices of a kind in a group after an id, in order. */
  public List<Device> list(Kind kind, String group, String after, int limit) {
    // from the slash after the group to the character after the slash
    Document range =
        new Document(
            "_id", new Document("$gt", DeviceId.key(group, after)).append("$lt", group + "0"));
    return devices(kind)
        .find(range)
        .sort(Sorts.ascending("_id"))
        .limit(limit)
        .map(
            stored ->
                new Device(new DeviceId(kind, group, stored.getString(kind.idField())), stored))
        .into(new ArrayList<>());
  }
}
