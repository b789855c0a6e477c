package dev.drover.orchestrator.uplink;

import dev.drover.orchestrator.store.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One transaction that writes down what became of the items of a request: their rows end, and the
 * ledger counts them. An item whose row has ended already counts for nothing.
 */
final class UplinkSettlement {
  private record Closed(long size, Long order, UplinkClass queue, String key) {}

  private final Connection open;
  private final UplinkRoom room;
  private final Map<String, Long> counted = new HashMap<>();
  private final Map<UplinkClass, Long> reached = new EnumMap<>(UplinkClass.class);
  private long receipt;

  UplinkSettlement(Connection open, UplinkRoom room) {
    this.open = open;
    this.room = room;
  }

  /**
   * Settles these.
   *
   * @return the refused items that are tried again
   */
  List<UplinkItem> settle(List<Verdict> verdicts, ParkedItems parked, String step)
      throws SQLException {
    List<UplinkItem> again = new ArrayList<>();
    for (Verdict verdict : verdicts) {
      UplinkItem item = verdict.item();
      switch (verdict.status()) {
        case AGAIN -> {
          String sql = "UPDATE uplink_items SET tries = tries + 1 WHERE seq = ?";
          if (Database.update(open, sql, item.seq()) == 1) {
            again.add(item);
          }
        }
        case PARKED -> {
          if (close(item.seq(), verdict.status())) {
            parked.park(open, item, verdict.error(), step);
          }
        }
        default -> {
          close(item.seq(), verdict.status());
          receipt = Math.max(receipt, item.seq());
        }
      }
    }
    count();
    return again;
  }

  private boolean close(long seq, Verdict.Status status) throws SQLException {
    List<Closed> closed =
        Database.query(
            open,
            row ->
                new Closed(
                    row.getLong(1),
                    row.getObject(2) == null ? null : row.getLong(2),
                    UplinkClass.of(row.getString(3)),
                    row.getString(4)),
            "DELETE FROM uplink_items WHERE seq = ? RETURNING size, published, class, item_key",
            seq);
    if (closed.isEmpty()) {
      return false;
    }
    Closed row = closed.get(0);
    room.add(-row.size());
    counted.merge(status.wire(), 1L, Long::sum);
    if (row.order() != null) {
      reached.merge(row.queue(), row.order(), Math::max);
    }
    if (row.queue() == UplinkClass.URGENT && !row.key().isEmpty()) {
      release(seq, row.key());
    }
    return true;
  }

  /** What waited for this item goes, unless another one before it is on its way still. */
  private void release(long seq, String key) throws SQLException {
    Database.update(
        open,
        "UPDATE uplink_items SET waits_for = (SELECT max(u.seq) FROM uplink_items u WHERE u.class ="
            + " 'urgent' AND u.item_key = ? AND u.seq < uplink_items.seq) WHERE waits_for = ?",
        key,
        seq);
  }

  private void count() throws SQLException {
    for (Map.Entry<String, Long> one : counted.entrySet()) {
      UplinkCounts.add(open, one.getKey(), one.getValue());
    }
    for (Map.Entry<UplinkClass, Long> one : reached.entrySet()) {
      boolean normal = one.getKey() == UplinkClass.NORMAL;
      UplinkCounts.raise(open, normal ? "settled_normal" : "settled_urgent", one.getValue());
    }
    if (receipt > 0) {
      UplinkCounts.raise(open, "last_receipt", receipt);
    }
  }
}
