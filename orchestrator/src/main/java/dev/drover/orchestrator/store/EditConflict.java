package dev.drover.orchestrator.store;

/**
 * An edit of the mall that central did not take.
 *
 * @param id names it
 * @param edit the edit, with the time at which it was given up
 * @param winning what central has instead; null for nothing
 * @param seq the change number of what won; null when central refused the edit
 * @param error why central refused it; null when another change won
 */
public record EditConflict(long id, MallEdit edit, String winning, Long seq, String error) {}
