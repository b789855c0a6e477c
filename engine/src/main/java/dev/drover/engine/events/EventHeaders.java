package dev.drover.engine.events;

import org.apache.camel.spi.Metadata;

/** The headers that say which event a message is. */
public final class EventHeaders {

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

  private EventHeaders() {}
}
