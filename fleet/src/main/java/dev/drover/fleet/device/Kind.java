package dev.drover.fleet.device;

import java.util.regex.Pattern;

/**
 * What sort of device one is: {@code beacon}, {@code robot}, {@code orb}, {@code drone}, {@code
 * locker}, or what a later system brings. Each kind has collections and ids of its own.
 *
 * @param name 1 to 20 lower-case letters; stored in names of collections and fields
 */
public record Kind(String name) {
  private static final Pattern NAME = Pattern.compile("[a-z]{1,20}");

  /** A kind by its name. */
  public Kind {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is no kind of device: write 1 to 20 letters from a to z");
    }
  }

  /** The collection of its devices. */
  String devices() {
    return name + "s";
  }

  /** The collection that remembers which id a piece of hardware got. */
  String hardware() {
    return name + "_devices";
  }

  /** The field of a device's id in its documents. */
  String idField() {
    return name + "_id";
  }
}
