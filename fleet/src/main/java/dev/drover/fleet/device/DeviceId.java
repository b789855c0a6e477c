package dev.drover.fleet.device;

/**
 * Names one device.
 *
 * @param group what it belongs to, within which its id is unique: a mall, a tenant
 * @param id its id in the group
 */
public record DeviceId(Kind kind, String group, String id) {
  /** The key of its document among those of its kind. */
  String key() {
    return key(group, id);
  }

  static String key(String group, String id) {
    return group + "/" + id;
  }
}
