package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** What became of a batch of access logs (document 1, section 6.3). */
@WireMessage
public record AccessLogsResponse(
    boolean acknowledged, String batchId, int stored, int duplicates) {}
