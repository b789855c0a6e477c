package dev.drover.proto;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.drover.proto.WrongMessages.Wrong;
import java.util.ArrayList;
import java.util.List;

/**
 * The wrong forms of a protobuf message: what its types cannot keep out. Texts that are no UTF-8
 * have no field, because such bytes are no message at all.
 */
public final class WrongProtobuf {
  private static final ByteString HALF = ByteString.copyFrom(bytes(0xED, 0xA0, 0x80));
  private static final int NO_SUCH_WORD = 999;
  private static final long NO_TIME = 999_999_999_999_999L;

  private final Message right;

  /** The wrong forms of a message that is taken. */
  public WrongProtobuf(Message right) {
    this.right = right;
  }

  /** Each field with a value that its type can hold and its meaning cannot. */
  public List<Wrong> values() {
    List<Wrong> all = new ArrayList<>();
    values("", List.of(), right, all);
    return all;
  }

  private void values(String path, List<FieldDescriptor> way, Message at, List<Wrong> all) {
    for (FieldDescriptor field : at.getDescriptorForType().getFields()) {
      List<FieldDescriptor> there = new ArrayList<>(way);
      there.add(field);
      String name = Json.below(path, field.getName());
      switch (field.getJavaType()) {
        case STRING -> add(all, name + " is no UTF-8", "", there, lengthDelimited(HALF));
        case ENUM -> add(all, name + " is no word", name, there, varint(NO_SUCH_WORD));
        case LONG -> add(all, name + " is negative", name, there, varint(-1));
        case FLOAT -> add(all, name + " is no number", name, there, fixed32(Float.NaN));
        case DOUBLE -> add(all, name + " is infinite", name, there, fixed64(1 / 0.0));
        case MESSAGE -> message(name, there, at, field, all);
        default -> {
          // every value is one
        }
      }
    }
  }

  private void message(
      String name,
      List<FieldDescriptor> there,
      Message at,
      FieldDescriptor field,
      List<Wrong> all) {
    if (field.getMessageType().getFullName().equals(Timestamp.getDescriptor().getFullName())) {
      ByteString time = Timestamp.newBuilder().setSeconds(NO_TIME).build().toByteString();
      add(all, name + " is no time", name, there, lengthDelimited(time));
    } else if (!field.isRepeated()) {
      values(name, there, (Message) at.getField(field), all);
    } else if (at.getRepeatedFieldCount(field) > 0) {
      values(name + "[0]", there, (Message) at.getRepeatedField(field, 0), all);
    }
  }

  private void add(
      List<Wrong> all, String what, String field, List<FieldDescriptor> way, Field value) {
    all.add(new Wrong(what, field, with(right, way, value).toByteArray()));
  }

  /** The message with these bytes in place of a field. */
  private static Message with(Message message, List<FieldDescriptor> way, Field value) {
    FieldDescriptor field = way.get(0);
    Field there = value;
    if (way.size() > 1) {
      Object inner =
          field.isRepeated() ? message.getRepeatedField(field, 0) : message.getField(field);
      Message changed = with((Message) inner, way.subList(1, way.size()), value);
      there = lengthDelimited(changed.toByteString());
    }
    return message.toBuilder()
        .clearField(field)
        .setUnknownFields(UnknownFieldSet.newBuilder().addField(field.getNumber(), there).build())
        .build();
  }

  /**
   * Without each field that must be there and whose absence can be told.
   *
   * @param schema of the same message over HTTP
   */
  public List<Wrong> missing(JsonNode schema) {
    List<Wrong> all = new ArrayList<>();
    for (JsonNode required : schema.path("required")) {
      FieldDescriptor field = right.getDescriptorForType().findFieldByName(required.asText());
      if (field != null && !field.isRepeated()) {
        byte[] without = right.toBuilder().clearField(field).build().toByteArray();
        all.add(new Wrong("without " + field.getName(), field.getName(), without));
      }
    }
    return all;
  }

  private static Field lengthDelimited(ByteString value) {
    return Field.newBuilder().addLengthDelimited(value).build();
  }

  private static Field varint(long value) {
    return Field.newBuilder().addVarint(value).build();
  }

  private static Field fixed32(float value) {
    return Field.newBuilder().addFixed32(Float.floatToRawIntBits(value)).build();
  }

  private static Field fixed64(double value) {
    return Field.newBuilder().addFixed64(Double.doubleToRawLongBits(value)).build();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
