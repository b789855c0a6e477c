package dev.drover.central.entity;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.Document;

/** What one compare-and-set of a head is to do: each change knows what it meets. */
final class ChangePlan {
  private final Map<ItemRef, Version> known;
  private final List<Change> changes = new ArrayList<>();
  private long seq;
  private Instant at;

  /**
   * A plan without changes.
   *
   * @param head the head as it was read
   * @param known the documents that it is about, as they stand; those that never were are missing
   * @param now the time of its first change, unless an earlier change is as late
   */
  ChangePlan(Document head, Map<ItemRef, Version> known, Instant now) {
    this.known = known;
    this.seq = head.getLong("seq");
    this.at = after(head.getDate("updated_at").toInstant(), now.truncatedTo(ChronoUnit.MILLIS));
  }

  /** Times of changes grow, whatever the clock does. */
  private static Instant after(Instant last, Instant now) {
    return now.isAfter(last) ? now : last.plusMillis(1);
  }

  /** A document as it stands after what is planned so far. */
  Version current(ItemRef item) {
    return known.getOrDefault(item, Version.NONE);
  }

  /** Plans one more change. */
  void add(ItemRef item, String operation, String json, String by) {
    Version next = Version.written(json, ++seq, at, by);
    changes.add(new Change(item, operation, next, current(item)));
    known.put(item, next);
    at = at.plusMillis(1);
  }

  /** The changes, in order. */
  List<Change> changes() {
    return changes;
  }
}
