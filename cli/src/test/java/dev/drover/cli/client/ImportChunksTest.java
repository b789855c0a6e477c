package dev.drover.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImportChunksTest {
  private final ObjectMapper json = new ObjectMapper();

  @Test
  void everyItemIsSentOnceInChunksOfTheLimit() {
    ObjectNode data = data(3, 4, 2, 3);

    List<ObjectNode> chunks = new ImportChunks(5, 1_000_000).cut(data);

    assertThat(chunks).hasSize(3);
    List<String> ids = new ArrayList<>();
    for (ObjectNode chunk : chunks) {
      int items = 0;
      assertThat(chunk.path("entity")).isEqualTo(data.path("entity"));
      for (String collection : ImportChunks.COLLECTIONS) {
        items += chunk.path(collection).size();
        chunk.path(collection).forEach(item -> ids.add(collection + item.path("id").asText()));
      }
      assertThat(items).isBetween(1, 5);
    }
    assertThat(ids).hasSize(12).doesNotHaveDuplicates();
    assertThat(ids.subList(0, 3)).containsExactly("areas0", "areas1", "areas2");
  }

  @Test
  void chunksKeepBelowTheBytesOfARequest() {
    ObjectNode data = data(40, 0, 0, 0);

    List<ObjectNode> chunks = new ImportChunks(500, 300).cut(data);

    assertThat(chunks).hasSizeGreaterThan(2);
    assertThat(chunks).allMatch(chunk -> chunk.path("areas").toString().length() <= 310);
  }

  @Test
  void anEntityAloneIsOneChunk() {
    assertThat(new ImportChunks(500, 1000).cut(data(0, 0, 0, 0))).hasSize(1);
  }

  private ObjectNode data(int areas, int beacons, int merchants, int connections) {
    ObjectNode data = json.createObjectNode();
    data.putObject("entity").put("id", "mall");
    fill(data, "areas", areas);
    fill(data, "beacons", beacons);
    fill(data, "merchants", merchants);
    fill(data, "connections", connections);
    return data;
  }

  private static void fill(ObjectNode data, String collection, int count) {
    for (int i = 0; i < count; i++) {
      data.withArray(collection).addObject().put("id", i).put("name", "name " + i);
    }
  }
}
