package dev.drover.fleet.device;

import org.bson.Document;

/**
 * A command that waits for its device.
 *
 * @param json what the device gets
 * @param deliveries how often it was told
 */
public record DeviceCommand(String id, String json, int deliveries) {
  static DeviceCommand of(Document stored) {
    return new DeviceCommand(
        stored.getString("command_id"),
        stored.getString("json"),
        stored.getInteger("deliveries", 0));
  }

  Document toDocument() {
    Document stored = new Document("command_id", id).append("json", json);
    return deliveries == 0 ? stored : stored.append("deliveries", deliveries);
  }

  DeviceCommand told() {
    return new DeviceCommand(id, json, deliveries + 1);
  }
}
