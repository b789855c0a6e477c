package dev.drover.proto.navign;

import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;

/** A frame of the WebSocket: an event of the stream (document 1, appendix B). */
@WireMessage
public record WebSocketEvent(String type, String event, String id, Integer retry, RawJson data) {}
