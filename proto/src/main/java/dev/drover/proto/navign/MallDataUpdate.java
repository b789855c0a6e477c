package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.WireMessage;
import java.util.List;

/** A mall tells its devices which documents changed. */
@WireMessage
public record MallDataUpdate(
    String entityId,
    @JsonInclude String cursor,
    Boolean full,
    Changes changes,
    List<String> affectedBeacons) {}
