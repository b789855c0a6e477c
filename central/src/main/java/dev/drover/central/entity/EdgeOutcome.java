package dev.drover.central.entity;

/**
 * What became of an edit of a mall.
 *
 * @param edit the edit
 * @param applied false when it conflicts; then nothing was written for it
 * @param current the document as it stands now: the edit's own, or the winner
 */
public record EdgeOutcome(EdgeEdit edit, boolean applied, Version current) {}
