package dev.drover.engine.grpc;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.Locale;

/** Enum values and the words of the REST contract: {@code EVENT_TYPE_PING} is {@code ping}. */
final class EnumNames {
  private static final String NOT_SET = "UNSPECIFIED";

  private EnumNames() {}

  static String word(EnumValueDescriptor value) {
    String name = value.getName();
    String prefix = prefix(value.getType());
    String bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    return bare.toLowerCase(Locale.ROOT);
  }

  /** The value of that word; the zero value for a word that has none. */
  static EnumValueDescriptor value(EnumDescriptor type, String word) {
    EnumValueDescriptor value = type.findValueByName(prefix(type) + word.toUpperCase(Locale.ROOT));
    return value == null ? type.findValueByNumber(0) : value;
  }

  private static String prefix(EnumDescriptor type) {
    return type.findValueByNumber(0).getName().replace(NOT_SET, "");
  }
}
