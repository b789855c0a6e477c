package dev.drover.engine.stream;

import org.apache.camel.spi.Metadata;

/** The headers by which handshake routes grant a stream, and by which events go to streams. */
public final class StreamHeaders {

  @Metadata(
      label = "consumer",
      description = "Set by a handshake route: whose events the caller gets (the entity id).",
      javaType = "String",
      required = true)
  public static final String STREAM_KEY = "DroverStreamKey";

  @Metadata(
      label = "consumer",
      description = "Set by a handshake route: the cursor the client sent, unchecked.",
      javaType = "String")
  public static final String STREAM_CURSOR = "DroverStreamCursor";

  @Metadata(
      label = "consumer",
      description =
          "Set by a handshake route: tell the client to resync, for this reason, e.g. stale.",
      javaType = "String")
  public static final String STREAM_RESYNC = "DroverStreamResync";

  @Metadata(
      label = "consumer",
      description = "Set by a handshake route: what is known about the caller.",
      javaType = "java.util.Map<String, Object>")
  public static final String STREAM_ATTRIBUTES = "DroverStreamAttributes";

  @Metadata(
      label = "consumer",
      description = "The id of the stream that a client frame came from (ws frames).",
      javaType = "String")
  public static final String CONNECTION_ID = "DroverConnectionId";

  @Metadata(
      label = "producer",
      description = "Send the event to every stream, each with its own cursor as id.",
      javaType = "boolean",
      defaultValue = "false")
  public static final String EVENT_BROADCAST = "DroverEventBroadcast";

  private StreamHeaders() {}
}
