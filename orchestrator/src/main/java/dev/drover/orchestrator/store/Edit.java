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
public record Edit(
    long seq,
    String collection,
    String itemId,
    String operation,
    String json,
    long baseSeq,
    Instant at) {}
