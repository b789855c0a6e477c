package dev.drover.central.entity;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bson.Document;

/**
 * What became of an edit of a mall.
 *
 * @param edit the edit
 * @param applied false when it conflicts; then nothing was written for it
 * @param current the document as it stands now: the edit's own, or the winner
 */
public record EdgeOutcome(EdgeEdit edit, boolean applied, Version current) {
  /** What a repetition has to know of edits: which were applied, under which numbers. */
  static Document toReceipt(List<EdgeOutcome> outcomes) {
    return new Document(
        "outcomes",
        outcomes.stream()
            .map(outcome -> outcome.applied ? outcome.current.seq() : (Object) false)
            .toList());
  }

  /** What became of edits when they were done first; who won is told as it stands now. */
  static List<EdgeOutcome> ofReceipt(
      Document receipt, List<EdgeEdit> edits, Function<ItemRef, Version> current) {
    List<Object> stored = receipt.getList("outcomes", Object.class);
    List<EdgeOutcome> outcomes = new ArrayList<>();
    for (int i = 0; i < edits.size(); i++) {
      EdgeEdit edit = edits.get(i);
      outcomes.add(
          stored.get(i) instanceof Long seq
              ? new EdgeOutcome(
                  edit, true, new Version(edit.json(), null, seq, Instant.EPOCH, null))
              : new EdgeOutcome(edit, false, current.apply(edit.item())));
    }
    return outcomes;
  }
}
