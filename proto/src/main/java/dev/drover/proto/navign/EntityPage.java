package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.util.List;

/** A page of entities or documents, with links to its neighbours. */
@WireMessage
public record EntityPage(Metadata metadata, List<RawJson> data) {
  /** Where the page stands in the list. */
  @WireMessage
  public record Metadata(
      long totalItems,
      int currentOffset,
      int currentLimit,
      @JsonInclude String nextPageUrl,
      @JsonInclude String prevPageUrl) {}
}
