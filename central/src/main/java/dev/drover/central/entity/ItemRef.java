package dev.drover.central.entity;

import dev.drover.engine.checksum.Checksums;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Names one document of an entity.
 *
 * @param entityId the entity
 * @param collection {@code areas}, {@code beacons}, {@code merchants} or {@code connections}
 * @param id 1 to 256 characters without control characters
 */
public record ItemRef(String entityId, String collection, String id) {
  private static final Pattern ENTITY_ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._:-]{1,128}");
  private static final int MAX_ID = 256;

  /** Checks the three names. */
  public ItemRef {
    checkEntityId(entityId);
    checkCollection(collection);
    if (id.isEmpty() || id.length() > MAX_ID || id.chars().anyMatch(Character::isISOControl)) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "An id is 1 to 256 characters without control characters",
          Map.of("field", "id"));
    }
  }

  /** Refuses what cannot be the id of an entity, an orchestrator, a beacon or a robot. */
  public static void checkEntityId(String id) {
    if (id == null || !ENTITY_ID.matcher(id).matches()) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "An entity id is 1 to 128 of A-Z a-z 0-9 . _ : -",
          Map.of("field", "entity_id"));
    }
  }

  /** Refuses what is not one of the four collections. */
  public static void checkCollection(String collection) {
    if (!Checksums.COLLECTIONS.contains(collection)) {
      throw new ProtocolException(ErrorCode.NOT_FOUND, "No such collection: " + collection);
    }
  }

  /** The range of keys of everything below a prefix: from it to the next text after it. */
  static String[] below(String prefix) {
    // '0' is the character after '/'.
    return new String[] {prefix + "/", prefix + "0"};
  }

  /** Collection and id, as the log names it: {@code areas/7}. */
  public String name() {
    return collection + "/" + id;
  }

  /** The key of the stored document. */
  public String key() {
    return entityId + "/" + collection + "/" + id;
  }
}
