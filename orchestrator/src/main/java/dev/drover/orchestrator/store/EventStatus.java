package dev.drover.orchestrator.store;

import java.util.Locale;

/** What the mall did with an event, as it tells central. */
public enum EventStatus {
  /** Its effect is stored. */
  APPLIED,
  /** It could not be handled. */
  FAILED,
  /** There was nothing to do. */
  IGNORED;

  /** The value on the wire. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
