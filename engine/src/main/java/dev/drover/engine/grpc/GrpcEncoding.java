package dev.drover.engine.grpc;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Timestamp;
import dev.drover.engine.events.EventEncoding;
import dev.drover.proto.Json;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;

/**
 * Events as encoded messages with id, type, timestamp and payload (the event's JSON). The type is
 * text (document 1, appendix A) or an enum (upstream), as the message has it. {@code connected} is
 * no message, because upstream's enum has no value for it: its cursor goes out as metadata.
 */
final class GrpcEncoding implements EventEncoding {
  static final String TRANSPORT = "grpc";

  /** In place of {@code connected}: the stream begins at this cursor, which may be null. */
  record Opening(String cursor) {}

  private static final Set<String> TIMES = Set.of("timestamp", "updated_at");

  private final Descriptor event;
  private final FieldDescriptor type;
  private final Clock clock;

  /** An encoding into this message type. */
  GrpcEncoding(Descriptor event, Clock clock) {
    this.event = event;
    this.type = event.findFieldByName("type");
    this.clock = clock;
  }

  @Override
  public String transport() {
    return TRANSPORT;
  }

  @Override
  public Object encode(String name, String id, byte[] data, int retryMillis) {
    if (name.equals("connected")) {
      return new Opening(id);
    }
    DynamicMessage.Builder message = DynamicMessage.newBuilder(event);
    if (id != null) {
      message.setField(event.findFieldByName("id"), id);
    }
    message.setField(
        type,
        type.getJavaType() == JavaType.ENUM ? EnumNames.value(type.getEnumType(), name) : name);
    Instant at = time(data);
    message.setField(
        event.findFieldByName("timestamp"),
        Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build());
    message.setField(event.findFieldByName("payload"), ByteString.copyFrom(data));
    return message.build().toByteArray();
  }

  /** When it happened, if the event itself says so; else now. */
  private Instant time(byte[] data) {
    try (JsonParser in = Json.MAPPER.getFactory().createParser(data)) {
      if (in.nextToken() == JsonToken.START_OBJECT) {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          boolean told = TIMES.contains(in.currentName());
          if (in.nextToken() == JsonToken.VALUE_STRING && told) {
            return Instant.parse(in.getText());
          }
          in.skipChildren();
        }
      }
    } catch (IOException | DateTimeException e) {
      // the payload goes out as it is: only its time is not known
    }
    return clock.instant();
  }
}
