package dev.drover.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Cuts the data of an entity into documents of the same shape that central accepts in one go. */
public final class ImportChunks {
  /** Collections in the order in which they are sent: what is referred to comes first. */
  public static final List<String> COLLECTIONS =
      List.of("areas", "connections", "merchants", "beacons");

  private final int maxItems;
  private final int maxBytes;

  /** Makes documents of at most so many items and about so many bytes of items. */
  public ImportChunks(int maxItems, int maxBytes) {
    this.maxItems = maxItems;
    this.maxBytes = maxBytes;
  }

  /** Returns the documents; an entity without items is one document. */
  public List<ObjectNode> cut(ObjectNode data) {
    List<ObjectNode> chunks = new ArrayList<>();
    ObjectNode chunk = begin(data, chunks);
    int items = 0;
    long bytes = 0;
    for (String collection : COLLECTIONS) {
      for (JsonNode item : data.path(collection)) {
        int size = item.toString().getBytes(StandardCharsets.UTF_8).length + 1;
        if (items > 0 && (items == maxItems || bytes + size > maxBytes)) {
          chunk = begin(data, chunks);
          items = 0;
          bytes = 0;
        }
        chunk.withArray(collection).add(item);
        items++;
        bytes += size;
      }
    }
    return chunks;
  }

  private static ObjectNode begin(ObjectNode data, List<ObjectNode> chunks) {
    ObjectNode chunk = data.objectNode();
    chunk.set("entity", data.path("entity"));
    chunks.add(chunk);
    return chunk;
  }
}
