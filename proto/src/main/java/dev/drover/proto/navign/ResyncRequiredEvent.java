package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.WireMessage;

/** Event: the mall must fetch everything again, and why. */
@WireMessage
public record ResyncRequiredEvent(String reason, @JsonInclude String since) {}
