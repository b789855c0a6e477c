package dev.drover.orchestrator.uplink.store;

/**
 * What of a class is in the queue.
 *
 * @param items how many
 * @param bytes what their messages carry, about
 */
public record UplinkQueued(long items, long bytes) {}
