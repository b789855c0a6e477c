package dev.drover.engine.grpc;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * The answer of a REST operation as a message, read as a stream: a member goes to the field of its
 * name, and a JSON object to a field of bytes as its text. Members without a field are left out.
 */
final class JsonToProto {
  private static final String PAYLOAD = "payload";

  /** Reads one value from the midst of an answer. */
  private static final ObjectReader ITEMS =
      Json.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final AnswerMemory memory;

  private JsonToProto(AnswerMemory memory) {
    this.memory = memory;
  }

  /**
   * Reads one object and closes the stream.
   *
   * @param memory what the message's JSON documents are taken from
   * @throws dev.drover.proto.ProtocolException PAYLOAD_TOO_LARGE, SERVICE_BUSY
   * @throws IOException when the answer is not one JSON object of this message's shape
   */
  static byte[] read(Descriptor type, InputStream json, AnswerMemory memory) throws IOException {
    try (JsonParser in = Json.MAPPER.getFactory().createParser(json)) {
      DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
      expect(in.nextToken() == JsonToken.START_OBJECT, in);
      new JsonToProto(memory).object(in, message);
      return message.build().toByteArray();
    }
  }

  /** From an object's begin to its end. */
  private void object(JsonParser in, Message.Builder out) throws IOException {
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      FieldDescriptor field = out.getDescriptorForType().findFieldByName(in.currentName());
      JsonToken value = in.nextToken();
      if (field == null || value == JsonToken.VALUE_NULL) {
        in.skipChildren();
      } else if (field.isRepeated()) {
        expect(value == JsonToken.START_ARRAY, in);
        while (in.nextToken() != JsonToken.END_ARRAY) {
          out.addRepeatedField(field, single(in, field, out));
        }
      } else {
        out.setField(field, single(in, field, out));
      }
    }
  }

  private Object single(JsonParser in, FieldDescriptor field, Message.Builder parent)
      throws IOException {
    return switch (field.getJavaType()) {
      case STRING -> in.getText();
      case BOOLEAN -> in.getBooleanValue();
      case INT -> (int) in.getLongValue();
      case LONG -> in.getLongValue();
      case FLOAT -> in.getFloatValue();
      case DOUBLE -> in.getDoubleValue();
      case ENUM -> EnumNames.value(field.getEnumType(), in.getText());
      case BYTE_STRING -> document(ITEMS.readTree(in));
      case MESSAGE -> message(in, parent.newBuilderForField(field));
    };
  }

  private Message message(JsonParser in, Message.Builder out) throws IOException {
    Descriptor type = out.getDescriptorForType();
    if (type.getFullName().equals(Timestamp.getDescriptor().getFullName())) {
      return time(in);
    }
    expect(in.currentToken() == JsonToken.START_OBJECT, in);
    if (type.findFieldByName(PAYLOAD) == null) {
      object(in, out);
    } else {
      command(ITEMS.readTree(in), out);
    }
    return out.build();
  }

  private static Timestamp time(JsonParser in) throws IOException {
    try {
      Instant at = Instant.parse(in.getText());
      return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
    } catch (DateTimeException e) {
      throw new IOException("no time: " + in.currentTokenLocation(), e);
    }
  }

  /** REST's commands are flat: the message has their type, and all of them as its payload. */
  private void command(JsonNode flat, Message.Builder out) throws IOException {
    FieldDescriptor type = out.getDescriptorForType().findFieldByName("type");
    out.setField(type, EnumNames.value(type.getEnumType(), flat.path("type").asText()));
    out.setField(out.getDescriptorForType().findFieldByName(PAYLOAD), document(flat));
  }

  private ByteString document(JsonNode json) throws IOException {
    ByteString text = ByteString.copyFrom(Json.MAPPER.writeValueAsBytes(json));
    memory.take(text.size());
    return text;
  }

  private static void expect(boolean right, JsonParser in) throws IOException {
    if (!right) {
      throw new IOException("not an answer of this call: " + in.currentTokenLocation());
    }
  }
}
