package dev.drover.flows.live;

import java.time.Instant;
import java.util.Map;

/**
 * One change of what is in force.
 *
 * @param number counted from 1, without a gap
 * @param who subject of the token, or {@code file} for an edit on disk
 * @param why in the words of whoever did it; may be empty
 * @param files hash of each changed file as it is in force since; empty for one that is gone
 * @param before hash of the line of the version before, so that no line can be changed unseen
 */
public record FlowVersion(
    long number, Instant at, String who, String why, Map<String, String> files, String before) {}
