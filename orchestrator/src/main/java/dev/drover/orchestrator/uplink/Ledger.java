package dev.drover.orchestrator.uplink;

/**
 * What became of the accepted items: {@code accepted = stored + duplicate + parked + superseded +
 * pending}, and no {@code gap}.
 *
 * @param accepted how many items got a number
 * @param stored how many central stored
 * @param duplicate how many central had already
 * @param parked how many wait for a person
 * @param superseded how many of class {@code latest} gave way to a newer one, or to lack of room
 * @param pending how many are on their way
 * @param gap how many the queue has lost: others that it got later have arrived
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
    long gap,
    long pendingBytes,
    long lastReceipt) {
  /** Whether every accepted item is accounted for. */
  public boolean balanced() {
    return gap == 0 && accepted == stored + duplicate + parked + superseded + pending;
  }
}
