package dev.drover.orchestrator.uplink;

import java.util.Locale;

/**
 * What central says to one item.
 *
 * @param item the item
 * @param status what became of it
 * @param error why it was refused; null otherwise
 */
record Verdict(UplinkItem item, Status status, String error) {
  /** What became of an item at central. */
  enum Status {
    /** Central has it now. */
    STORED,
    /** Central had it before. */
    DUPLICATE,
    /** Central does not want it. */
    REJECTED;

    String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
