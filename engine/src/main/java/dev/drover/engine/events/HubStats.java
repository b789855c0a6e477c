package dev.drover.engine.events;

/**
 * Counters of a hub since its start.
 *
 * @param streams open streams now
 * @param catchingUp of those, the ones that are not live yet
 * @param dispatched events taken from the log
 * @param delivered frames written to streams
 * @param slowDropped streams cut because they could not keep up
 * @param failedDispatches events whose route failed, so that their streams were cut
 * @param logScans catch-up scans that had to read the log
 * @param resyncs streams that were told to resync
 */
public record HubStats(
    int streams,
    int catchingUp,
    long dispatched,
    long delivered,
    long slowDropped,
    long failedDispatches,
    long logScans,
    long resyncs) {}
