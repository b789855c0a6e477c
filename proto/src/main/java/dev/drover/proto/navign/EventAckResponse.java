package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.util.List;

/** How many events are acknowledged, and which ids are unknown. */
@WireMessage
public record EventAckResponse(int acknowledged, List<String> unknown) {}
