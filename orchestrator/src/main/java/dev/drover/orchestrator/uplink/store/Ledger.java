package dev.drover.orchestrator.uplink.store;

/**
 * What became of the accepted items: {@code accepted = stored + duplicate + parked + superseded +
 * pending}.
 *
 * @param accepted how many items got a number
 * @param stored how many central stored
 * @param duplicate how many central had already
 * @param parked how many wait for a person
 * @param superseded how many of class {@code latest} gave way to a newer one, or to lack of room
 * @param pending how many are on their way
 * @param pendingBytes what the pending and parked items take
 * @param lastReceipt the highest number that central has confirmed
 */
public record Ledger(
    long accepted,
    long stored,
    long duplicate,
    long parked,
    long superseded,
    long pending,
    long pendingBytes,
    long lastReceipt) {
  /** How many accepted items nobody knows anything of; negative when some were counted twice. */
  public long gap() {
    return accepted - stored - duplicate - parked - superseded - pending;
  }

  /** Whether every accepted item is accounted for. */
  public boolean balanced() {
    return gap() == 0;
  }
}
