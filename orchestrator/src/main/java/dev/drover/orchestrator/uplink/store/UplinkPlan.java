package dev.drover.orchestrator.uplink.store;

import dev.drover.orchestrator.database.Database;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is sent next, by the rows' numbers, classes and states. What an item says comes with the
 * queue; a row is asked for it only where the queue has a hole.
 */
final class UplinkPlan {
  private static final String HEADS = UplinkRows.COLUMNS + "size FROM uplink_items";

  /** An item without what it says, and what that takes, in bytes. */
  private record Head(UplinkItem item, long size) {}

  private record State(UplinkRef ref, int tries) {}

  private final Database database;
  private final UplinkSeal seal;
  private final AtomicLong carried = new AtomicLong();
  private final AtomicLong filled = new AtomicLong();

  UplinkPlan(Database database, UplinkSeal seal) {
    this.database = database;
    this.seal = seal;
  }

  /** As {@link UplinkStore#next}. */
  List<UplinkItem> next(Collection<UplinkRef> batch, int most, long bytes) {
    hold(batch);
    Map<UplinkClass, Long> last = lastOpen(batch);
    List<UplinkItem> next = new ArrayList<>();
    long room = bytes;
    for (UplinkClass queue : UplinkClass.values()) {
      if (last.containsKey(queue) && next.size() < most && room > 0) {
        for (Head head : upTo(last.get(queue), queue, most - next.size(), room)) {
          next.add(head.item);
          room -= head.size;
        }
      }
    }
    return next;
  }

  /** What is about to be sent gives way no more, also when the queue's confirmation is to come. */
  private void hold(Collection<UplinkRef> batch) {
    Object[] latest =
        batch.stream()
            .filter(item -> item.queue() == UplinkClass.LATEST)
            .map(UplinkRef::seq)
            .toArray();
    String unconfirmed = "published IS NULL AND seq IN (" + UplinkRows.marks(latest.length) + ")";
    if (latest.length > 0
        && !database
            .query(row -> true, "SELECT 1 FROM uplink_items WHERE " + unconfirmed, latest)
            .isEmpty()) {
      database.together(
          open ->
              Database.update(
                  open, "UPDATE uplink_items SET published = 1 WHERE " + unconfirmed, latest));
    }
  }

  /** The number of the last item of each class that is not settled. */
  private Map<UplinkClass, Long> lastOpen(Collection<UplinkRef> batch) {
    Map<UplinkClass, Long> last = new EnumMap<>(UplinkClass.class);
    for (State open : unsettled(Set.copyOf(batch))) {
      last.merge(open.ref.queue(), open.ref.seq(), Math::max);
    }
    return last;
  }

  /** The items of a class that may go, up to this number. */
  private List<Head> upTo(long seq, UplinkClass queue, int most, long bytes) {
    // One of class latest can still give way to a newer one until it is in the queue.
    String here = queue == UplinkClass.LATEST ? " AND published IS NOT NULL" : "";
    return database.query(
        row -> new Head(UplinkRows.item(row), row.getLong(8)),
        UplinkRows.fitting(HEADS, "size", "class = ? AND seq <= ? AND waits_for IS NULL" + here),
        queue.wire(),
        seq,
        most,
        bytes);
  }

  /** As {@link UplinkStore#carried}. */
  UplinkItem carried(UplinkItem item, UplinkCopy copy) {
    if (copy == null || !copy.brings(item)) {
      return item;
    }
    String words = seal.open(item.idempotencyKey(), copy.sealed());
    if (words == null) {
      return item;
    }
    carried.incrementAndGet();
    return item.saying(words);
  }

  /** As {@link UplinkStore#fill}. */
  List<UplinkItem> fill(List<UplinkItem> items) {
    List<Long> holes =
        items.stream().filter(item -> item.body() == null).map(UplinkItem::seq).toList();
    Map<Long, String> words = new HashMap<>();
    database.query(
        row -> words.put(row.getLong(1), seal.open(row.getString(2), row.getBytes(3))),
        "SELECT seq, idempotency_key, body FROM uplink_items WHERE seq IN ("
            + UplinkRows.marks(holes.size())
            + ")",
        holes.toArray());
    filled.addAndGet(holes.size());
    return items.stream()
        .map(item -> item.body() == null ? item.saying(words.get(item.seq())) : item)
        .toList();
  }

  /** How many writes were sent as the queue brought them, since the start. */
  long carried() {
    return carried.get();
  }

  /** How many writes were read from the store, since the start. */
  long filled() {
    return filled.get();
  }

  /** As {@link UplinkStore#open}: what they say is not read and opened again. */
  List<UplinkItem> open(List<UplinkItem> items) {
    Map<UplinkRef, UplinkItem> known = new HashMap<>();
    items.forEach(item -> known.put(UplinkRef.of(item), item));
    return unsettled(known.keySet()).stream()
        .map(open -> known.get(open.ref).tried(open.tries))
        .toList();
  }

  /** Those of these that are not settled, by number. */
  private List<State> unsettled(Set<UplinkRef> refs) {
    Set<Long> seqs = new HashSet<>();
    refs.forEach(ref -> seqs.add(ref.seq()));
    return database
        .query(
            row ->
                new State(
                    new UplinkRef(
                        row.getLong(1), UplinkClass.of(row.getString(2)), row.getString(3)),
                    row.getInt(4)),
            "SELECT seq, class, idempotency_key, tries FROM uplink_items WHERE seq IN ("
                + UplinkRows.marks(seqs.size())
                + ") ORDER BY seq",
            seqs.toArray())
        .stream()
        .filter(open -> refs.contains(open.ref))
        .toList();
  }
}
