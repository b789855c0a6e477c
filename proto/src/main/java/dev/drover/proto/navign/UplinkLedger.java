package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.util.List;

/** What became of every item that the mall has accepted. */
@WireMessage
public record UplinkLedger(
    long accepted,
    long stored,
    long duplicate,
    long parked,
    long superseded,
    long pending,
    long gap,
    boolean balanced,
    long pendingBytes,
    long lastReceipt,
    List<Range> lost) {
  /** Numbers that a disk has lost. */
  @WireMessage
  public record Range(long from, long to) {}
}
