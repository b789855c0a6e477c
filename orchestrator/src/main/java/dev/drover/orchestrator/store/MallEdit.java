package dev.drover.orchestrator.store;

import java.time.Instant;

/**
 * An edit that was made at the mall and that central decides about.
 *
 * @param seq its place in the order of the mall's edits
 * @param collection the item's collection
 * @param itemId the item's id
 * @param operation {@code create}, {@code update} or {@code delete}
 * @param json the document that was written; null for a delete
 * @param baseSeq central's change number that the editor saw
 * @param at when it was made
 */
public record MallEdit(
    long seq,
    String collection,
    String itemId,
    String operation,
    String json,
    long baseSeq,
    Instant at) {
  /** Names the edit upon this base, also among those of another store: what is sent once. */
  public String attempt() {
    return seq + "-" + baseSeq + "-" + at.toEpochMilli();
  }

  /** The {@link #seq} of an attempt. */
  static long seqOf(String attempt) {
    return Long.parseLong(attempt.substring(0, attempt.indexOf('-')));
  }
}
