package dev.drover.orchestrator.uplink;

/**
 * What of a class is in the queue.
 *
 * @param items how many
 * @param bytes what their messages carry, about
 */
record UplinkQueued(long items, long bytes) {}
