package dev.drover.engine.report;

import dev.drover.proto.Unicode;

/**
 * The id of a new item of an entity: 1 to 256 characters that a client can put into a path and a
 * person can see. {@code .} and {@code ..} name other resources there (RFC 3986, section 5.2.4).
 */
public final class ItemId {
  private static final int LONGEST = 256;

  /** Letters and marks that are drawn as nothing: fillers, joiners, the blank Braille pattern. */
  private static final String BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0";

  private ItemId() {}

  /**
   * Refuses what cannot be the id of a new item.
   *
   * @param field the field that has it
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED
   */
  public static String require(String id, String field) {
    if (id.isEmpty() || id.length() > LONGEST || id.chars().anyMatch(Character::isISOControl)) {
      throw Fields.invalid(field, "An id is 1 to 256 characters without control characters");
    }
    if (!Unicode.wellFormed(id)) {
      throw Fields.invalid(field, "An id has no half of a surrogate pair");
    }
    if (id.equals(".") || id.equals("..")) {
      throw Fields.invalid(field, "The ids . and .. cannot be addressed");
    }
    if (id.codePoints().noneMatch(ItemId::visible)) {
      throw Fields.invalid(field, "An id has at least one character that can be seen");
    }
    return id;
  }

  private static boolean visible(int c) {
    boolean selector = (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
    boolean mongolian = c >= 0x180b && c <= 0x180f;
    return switch (Character.getType(c)) {
      case Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT,
          Character.UNASSIGNED,
          Character.SURROGATE ->
          false;
      default -> !selector && !mongolian && BLANKS.indexOf(c) < 0;
    };
  }
}
