package dev.drover.orchestrator.uplink.store;

import java.util.Locale;

/**
 * What became of one item of a request.
 *
 * @param item the item
 * @param status what became of it
 * @param response the operation's answer, as JSON; null for none
 * @param error why central refused it; null otherwise
 */
public record Verdict(UplinkItem item, Status status, String response, String error) {
  /** What became of an item at central. */
  public enum Status {
    /** Central has it now. */
    STORED,
    /** Central had it before. */
    DUPLICATE,
    /** Central refuses it, and it is sent again. */
    AGAIN,
    /** Central refuses it for the last time. */
    PARKED;

    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A refusal: the one that makes {@code parkAfter} of them parks the item. */
  public static Verdict refused(UplinkItem item, int parkAfter, String error) {
    boolean last = item.tries() + 1 >= parkAfter;
    return new Verdict(item, last ? Status.PARKED : Status.AGAIN, null, error);
  }
}
