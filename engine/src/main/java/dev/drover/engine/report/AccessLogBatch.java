package dev.drover.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.AccessLogsResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Access logs of one beacon (document 1, section 6.3).
 *
 * @param beaconId the beacon
 * @param batchId the sender's name for the batch
 * @param answers the request of central that it answers (section 2.4), and which part of the answer
 *     it is
 * @param logs the entries, in order
 */
public record AccessLogBatch(
    String beaconId,
    Optional<String> batchId,
    Optional<RequestPage> answers,
    List<AccessLog> logs) {
  /** How many entries a batch may have. */
  public static final int MOST = 5000;

  /**
   * Reads a request.
   *
   * @throws ProtocolException VALIDATION_FAILED, PAYLOAD_TOO_LARGE
   */
  public static AccessLogBatch read(ObjectNode body) {
    String beaconId = Fields.id(body, "beacon_id");
    JsonNode logs = body.path("logs");
    if (!logs.isArray()) {
      throw Fields.invalid("logs", "logs is a list");
    }
    if (logs.size() > MOST) {
      throw new ProtocolException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "At most " + MOST + " logs at once",
          Map.of("max_logs", MOST));
    }
    // A message of gRPC says 0 for what it does not say.
    int total = body.path("total_logs").asInt();
    if (total != 0 && total != logs.size()) {
      throw Fields.invalid("total_logs", "total_logs is not the number of logs");
    }
    return new AccessLogBatch(
        beaconId, Fields.text(body, "batch_id"), RequestPage.read(body), AccessLog.read(logs));
  }

  /**
   * The answer of section 6.3.
   *
   * @param stored how many entries were new
   */
  public AccessLogsResponse answer(int stored) {
    return new AccessLogsResponse(true, batchId.orElse(null), stored, logs.size() - stored);
  }
}
