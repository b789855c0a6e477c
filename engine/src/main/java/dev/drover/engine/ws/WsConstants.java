package dev.drover.engine.ws;

import org.apache.camel.spi.Metadata;

/**
 * The headers of client frames; those of the handshake are in StreamHeaders, those of events in
 * EventHeaders.
 */
public final class WsConstants {

  @Metadata(
      label = "consumer",
      description = "The type of a client frame, e.g. ack or heartbeat.",
      javaType = "String")
  public static final String FRAME_TYPE = "DroverFrameType";

  @Metadata(
      label = "consumer",
      description = "Set by a frame route: send the body back to the client as a text frame.",
      javaType = "boolean",
      defaultValue = "false")
  public static final String FRAME_REPLY = "DroverFrameReply";

  private WsConstants() {}
}
