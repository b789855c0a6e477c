package dev.drover.orchestrator.uplink.store;

import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One transaction that writes down what became of the items of a request: their rows end, and the
 * ledger counts them. An item whose row has ended already counts for nothing.
 */
final class UplinkSettlement {
  private record Closed(long seq, long size, UplinkClass queue, String key) {}

  private final Session open;
  private final UplinkRoom room;
  private final Map<String, Long> counted = new HashMap<>();
  private long receipt;

  UplinkSettlement(Session open, UplinkRoom room) {
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
    Map<Long, Verdict> ended = new LinkedHashMap<>();
    for (Verdict verdict : verdicts) {
      if (verdict.status() != Verdict.Status.AGAIN) {
        ended.put(verdict.item().seq(), verdict);
      } else if (refuse(verdict.item())) {
        again.add(verdict.item());
      }
    }
    for (Closed row : close(ended.keySet())) {
      Verdict verdict = ended.get(row.seq());
      counted.merge(verdict.status().wire(), 1L, Long::sum);
      if (verdict.status() == Verdict.Status.PARKED) {
        parked.park(open, verdict.item(), verdict.error(), step);
      } else {
        receipt = Math.max(receipt, row.seq());
      }
    }
    forget(ended.keySet());
    count();
    return again;
  }

  /** They are parked again under the id that they had, or done. */
  private void forget(Collection<Long> seqs) throws SQLException {
    Database.update(
        open,
        "DELETE FROM uplink_replayed WHERE seq IN (" + UplinkRows.marks(seqs.size()) + ")",
        seqs.toArray());
  }

  private boolean refuse(UplinkItem item) throws SQLException {
    String sql = "UPDATE uplink_items SET tries = tries + 1 WHERE seq = ?";
    return Database.update(open, sql, item.seq()) == 1;
  }

  /** Ends the rows of these items; returns those that there were. */
  private List<Closed> close(Collection<Long> seqs) throws SQLException {
    List<Closed> closed =
        Database.query(
            open,
            row ->
                new Closed(
                    row.getLong(1),
                    row.getLong(2),
                    UplinkClass.of(row.getString(3)),
                    row.getString(4)),
            "DELETE FROM uplink_items WHERE seq IN ("
                + String.join(", ", Collections.nCopies(seqs.size(), "?"))
                + ") RETURNING seq, size, class, item_key",
            seqs.toArray());
    for (Closed row : closed) {
      room.add(-row.size());
      if (row.queue() == UplinkClass.URGENT && !row.key().isEmpty()) {
        release(row.seq(), row.key());
      }
    }
    return closed;
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
    if (receipt > 0) {
      UplinkCounts.raise(open, "last_receipt", receipt);
    }
  }
}
