package dev.drover.orchestrator.sync;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.checksum.Checksums;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.util.HashMap;
import java.util.Map;

/**
 * The plain members of an answer that is read as it comes, and whether they are those of a right
 * answer for this mall.
 */
public final class AnswerHead {
  private static final int LONGEST = 4_096;

  private final String entityId;
  private final Map<String, String> members = new HashMap<>();

  public AnswerHead(String entityId) {
    this.entityId = entityId;
  }

  /**
   * Takes a member.
   *
   * @param value null for null
   * @throws CentralAnswerException when it is the id of another mall, or too long
   */
  public void put(String name, String value) {
    if (value != null && value.length() > LONGEST) {
      throw wrong("a member " + name + " of " + value.length() + " characters");
    }
    if (name.equals("entity_id") && !entityId.equals(value)) {
      throw wrong("data of the entity " + (value == null ? "null" : value));
    }
    if (members.size() > 100) {
      throw wrong("more than 100 members");
    }
    members.put(name, value);
  }

  /** A member that is a text, a number or a boolean; null when it is absent or null. */
  public String text(String name) {
    return members.get(name);
  }

  /**
   * That the answer has said whose data it is.
   *
   * @throws CentralAnswerException when it has not
   */
  public void requireEntity() {
    require("entity_id");
  }

  /**
   * That these members are there, and that there is a position to go on from.
   *
   * @throws CentralAnswerException when one is missing
   */
  public void require(String... names) {
    for (String name : names) {
      if (text(name) == null || text(name).isEmpty()) {
        throw wrong("no " + name);
      }
    }
  }

  /** The same for the position: a cursor, or of a central that has none its time. */
  public void requirePosition() {
    require(Checksums.ALGORITHM.equals(text("checksum_algorithm")) ? "cursor" : "timestamp");
  }

  /**
   * That a document is Unicode: half of a surrogate pair has no checksum.
   *
   * @throws CentralAnswerException when it is not
   */
  public static void requireUnicode(JsonNode document) {
    try {
      Json.requireUnicode("", document);
    } catch (ProtocolException e) {
      throw wrong("a document that is not valid Unicode: " + e.getMessage());
    }
  }

  public static CentralAnswerException wrong(String what) {
    return new CentralAnswerException("central's answer has " + what);
  }
}
