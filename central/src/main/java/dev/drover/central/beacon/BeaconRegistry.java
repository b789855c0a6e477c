package dev.drover.central.beacon;

import dev.drover.engine.guard.Operation;
import dev.drover.engine.report.Fields;
import dev.drover.fleet.device.Device;
import dev.drover.fleet.device.DeviceId;
import dev.drover.fleet.device.DeviceRefused;
import dev.drover.fleet.device.Devices;
import dev.drover.fleet.device.Kind;
import dev.drover.proto.BeaconId;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The beacons among the devices, in the words of the protocol: its ids, fields and errors. */
public final class BeaconRegistry {
  /** What a beacon is among the devices. */
  public static final Kind BEACON = new Kind("beacon");

  private final Devices devices;

  /** The beacons of all entities. */
  public BeaconRegistry(Devices devices) {
    this.devices = devices;
  }

  private static DeviceId id(String entityId, String beaconId) {
    return new DeviceId(BEACON, entityId, beaconId);
  }

  /**
   * Registers a device: with the id that it has, else the one it asks for, else the one that
   * follows from its name.
   *
   * @throws ProtocolException ALREADY_EXISTS when it asks for another id than it has, or for one of
   *     another device
   */
  Device register(
      String entityId, String deviceId, Optional<String> asked, UnaryOperator<Device> change) {
    DeviceId given = id(entityId, BeaconId.of(entityId, deviceId));
    return said(() -> devices.register(given, deviceId, asked, change));
  }

  Optional<Device> find(String entityId, String beaconId) {
    return devices.find(id(entityId, beaconId));
  }

  /** True when the entity has this beacon. */
  boolean has(String entityId, String beaconId) {
    return devices.has(id(entityId, beaconId));
  }

  /**
   * Changes a beacon by compare-and-set.
   *
   * @throws ProtocolException BEACON_NOT_REGISTERED
   */
  Device change(String entityId, String beaconId, UnaryOperator<Device> change) {
    return said(() -> devices.change(id(entityId, beaconId), change));
  }

  /**
   * Changes a beacon by compare-and-set, as an operation that may be repeated: it is done once.
   *
   * @param field where the beacon's last operations of this kind are remembered
   * @throws ProtocolException BEACON_NOT_REGISTERED, or QUEUE_FULL for a command
   */
  Device once(
      String entityId,
      String beaconId,
      String field,
      Operation operation,
      UnaryOperator<Device> change) {
    return said(() -> devices.once(id(entityId, beaconId), field, operation, change));
  }

  /** The beacons of an entity after an id, in order. */
  List<Device> list(String entityId, String after, int limit) {
    return devices.list(BEACON, entityId, after, limit);
  }

  private static <T> T said(Supplier<T> change) {
    try {
      return change.get();
    } catch (DeviceRefused e) {
      throw inWords(e.reason(), e.device().id());
    }
  }

  private static ProtocolException inWords(DeviceRefused.Reason reason, String beaconId) {
    return switch (reason) {
      case UNKNOWN -> Fields.unknownBeacon(beaconId);
      case HAS_OTHER_ID -> exists("This device is registered under another id", beaconId);
      case ID_TAKEN -> exists("This beacon_id belongs to another device", beaconId);
      case COMMANDS_FULL ->
          new ProtocolException(
              ErrorCode.QUEUE_FULL, "As many commands wait for this beacon as may wait");
      case CHANGES_TOO_FAST ->
          new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "This beacon changes too fast");
    };
  }

  private static ProtocolException exists(String message, String beaconId) {
    return new ProtocolException(ErrorCode.ALREADY_EXISTS, message, Map.of("beacon_id", beaconId));
  }
}
