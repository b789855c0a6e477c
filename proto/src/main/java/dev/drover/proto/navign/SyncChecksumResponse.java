package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.util.List;
import java.util.Map;

/** Checksums of an entity's data, and of the buckets that they are made of when asked for. */
@WireMessage
public record SyncChecksumResponse(
    String entityId,
    String syncId,
    String timestamp,
    String cursor,
    String checksumAlgorithm,
    Map<String, String> checksums,
    Map<String, List<String>> buckets) {}
