package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.time.Instant;
import java.util.List;

/** A page of the access logs of an entity, in the order in which they were stored. */
@WireMessage
public record AccessLogPage(List<Entry> logs, String cursor, boolean hasMore) {
  /** A log of a beacon, as it came, and when it was stored. */
  @WireMessage
  public record Entry(
      String beaconId, Instant storedAt, @JsonInclude String requestId, RawJson log) {}
}
