package dev.drover.orchestrator.uplink.store;

import java.util.Locale;
import java.util.Optional;

/** How an item is treated; each class has a queue of its own. */
public enum UplinkClass {
  /** Never waits behind others and is never dropped. */
  URGENT,
  /** Never dropped. */
  NORMAL,
  /** Only the newest of its key matters: an older one that still waits gives way. */
  LATEST;

  /** The name in headers, topics and tables. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The class of this name; {@link #NORMAL} for none. */
  public static UplinkClass of(String name) {
    return Optional.ofNullable(name)
        .map(text -> valueOf(text.toUpperCase(Locale.ROOT)))
        .orElse(NORMAL);
  }
}
