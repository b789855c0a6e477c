package dev.drover.central.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.guard.Operation;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The reader of imports, which only its own package sees, for random input. */
public final class FuzzedImports {
  private FuzzedImports() {}

  /** Reads an import; what is taken is what the strict reader finds, nothing left out. */
  public static void read(byte[] body) {
    List<Edit> edits = new ImportReader("E", Operation.NONE).read(body);
    ObjectNode whole = Json.object(body);
    whole.remove("entity");
    int documents = 0;
    for (JsonNode collection : whole) {
      documents += collection.size();
    }
    if (documents != edits.size()) {
      throw new AssertionError(documents + " documents became " + edits.size());
    }
    for (Edit edit : edits) {
      Json.object(edit.json().getBytes(StandardCharsets.UTF_8));
    }
  }
}
