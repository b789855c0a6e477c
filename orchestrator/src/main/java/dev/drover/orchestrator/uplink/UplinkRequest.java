package dev.drover.orchestrator.uplink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.orchestrator.uplink.store.UplinkItem;
import dev.drover.orchestrator.uplink.store.Utf8;
import dev.drover.proto.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of {@code POST /api/orchestrators/uploads}. Bodies of items are JSON already and go into
 * it as they are, once: what is in memory is the items and this.
 */
public final class UplinkRequest {
  private static final byte[] END = "]}".getBytes(StandardCharsets.UTF_8);

  private UplinkRequest() {}

  /** The request with these items, in UTF-8. */
  public static byte[] of(String entityId, String batchId, List<UplinkItem> items) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    request.put("entity_id", entityId).put("batch_id", batchId);
    String head = Json.text(request);
    List<byte[]> heads = new ArrayList<>(items.size());
    String before = head.substring(0, head.length() - 1) + ",\"items\":[";
    long size = END.length;
    for (UplinkItem item : items) {
      byte[] next = (before + item.wireHead()).getBytes(StandardCharsets.UTF_8);
      heads.add(next);
      // The brace that closes the item.
      size += next.length + Utf8.length(item.body()) + 1;
      before = ",";
    }
    ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(size));
    for (int i = 0; i < heads.size(); i++) {
      whole.put(heads.get(i));
      whole.put(items.get(i).body().getBytes(StandardCharsets.UTF_8));
      whole.put((byte) '}');
    }
    return whole.put(END).array();
  }
}
