package dev.drover.proto.navign;

import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.util.List;

/**
 * A batch of access logs of a beacon (document 1, section 6.3), or a page that answers a request.
 */
@WireMessage
public record AccessLogsRequest(
    String beaconId,
    String entityId,
    String requestId,
    String batchId,
    Integer page,
    Boolean hasMore,
    List<RawJson> logs,
    Integer totalLogs) {}
