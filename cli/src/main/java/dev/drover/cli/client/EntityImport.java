package dev.drover.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.cli.words.CliException;
import dev.drover.proto.JsonFault;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Uploads a file with an entity's data to central; doing it twice is the same as once. */
public final class EntityImport {
  private static final int ITEMS = 500;

  /** Central takes 1 MiB of JSON; the rest is for the entity and the names of the fields. */
  private static final int BYTES = 900_000;

  private final Central central;

  /** Uploads to this central. */
  public EntityImport(Central central) {
    this.central = central;
  }

  /**
   * What was done.
   *
   * @param created whether the entity was new
   * @param items items that central took
   * @param seq the entity's sequence number afterwards
   */
  public record Result(String entity, boolean created, long items, long seq) {
    @Override
    public String toString() {
      return String.format("%s%s, %d items, seq %d", entity, created ? " (new)" : "", items, seq);
    }
  }

  /**
   * Uploads a file.
   *
   * @throws CliException when the file is not as described, or central refuses it
   */
  public Result run(Path file) throws IOException, InterruptedException {
    ObjectNode data = read(file);
    JsonNode id = data.path("entity").path("id");
    if (!id.isValueNode() || id.asText().isEmpty()) {
      throw new CliException(file + " has no entity.id");
    }
    String entity = id.asText();
    String path =
        "/api/entities/" + URLEncoder.encode(entity, StandardCharsets.UTF_8).replace("+", "%20");
    boolean created = !central.exists(path);
    if (created) {
      central.post("/api/entities", data.path("entity"));
    }
    List<ObjectNode> chunks = new ImportChunks(ITEMS, BYTES).cut(data);
    long items = 0;
    long seq = 0;
    for (ObjectNode chunk : chunks) {
      JsonNode answer = central.post(path + "/import", chunk);
      items += answer.path("imported").asLong();
      seq = Math.max(seq, answer.path("seq").asLong());
    }
    return new Result(entity, created, items, seq);
  }

  private static ObjectNode read(Path file) throws IOException {
    try {
      if (new ObjectMapper().readTree(Files.readAllBytes(file)) instanceof ObjectNode object) {
        return object;
      }
      throw new CliException(file + " is no JSON object");
    } catch (JsonProcessingException e) {
      throw new CliException(file + " is not JSON: " + JsonFault.reason(e));
    }
  }
}
