package dev.drover.engine.sse;

import org.apache.camel.spi.Metadata;

/** The headers by which routes and the stream components talk. */
public final class SseConstants {

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
      label = "common",
      description = "Whose event it is: the entity id.",
      javaType = "String")
  public static final String EVENT_KEY = "DroverEventKey";

  @Metadata(
      label = "common",
      description = "The event's id, which is also the cursor after it.",
      javaType = "String")
  public static final String EVENT_ID = "DroverEventId";

  @Metadata(
      label = "common",
      description = "The event's type, e.g. data_update.",
      javaType = "String")
  public static final String EVENT_TYPE = "DroverEventType";

  @Metadata(
      label = "producer",
      description = "Send the event to every stream, each with its own cursor as id.",
      javaType = "boolean",
      defaultValue = "false")
  public static final String EVENT_BROADCAST = "DroverEventBroadcast";

  private SseConstants() {}
}
