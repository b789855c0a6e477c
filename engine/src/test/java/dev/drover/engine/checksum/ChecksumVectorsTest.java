package dev.drover.engine.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The published test vectors, which the JavaScript implementation beside them wrote. */
class ChecksumVectorsTest {
  private static final Path VECTORS = Path.of("../docs/reference/checksum-vectors.json");

  @TestFactory
  Stream<DynamicTest> everyVector() throws IOException {
    JsonNode vectors = Json.tree(Files.readAllBytes(VECTORS));
    assertThat(vectors).hasSizeGreaterThan(5);
    return StreamSupport.stream(vectors.spliterator(), false)
        .map(vector -> DynamicTest.dynamicTest(vector.path("name").asText(), () -> check(vector)));
  }

  private static void check(JsonNode vector) {
    EntityDigest digest = new EntityDigest();
    if (vector.has("generate")) {
      for (int i = 0; i < 1000; i++) {
        String json = "{\"id\":\"m-" + i + "\",\"v\":" + i / 7.0 + "}";
        digest.set("merchants", "m-" + i, Checksums.item(json));
      }
    }
    vector
        .path("data")
        .properties()
        .forEach(
            collection ->
                collection
                    .getValue()
                    .forEach(
                        item ->
                            digest.set(
                                collection.getKey(), id(item), Checksums.item(item.toString()))));
    JsonNode expected = vector.path("checksums");
    for (String collection : Checksums.COLLECTIONS) {
      assertThat(digest.root(collection))
          .as(collection)
          .isEqualTo(expected.path(collection).asText());
    }
    assertThat(digest.global()).isEqualTo(expected.path("global").asText());
    vector
        .path("items")
        .forEach(
            item -> {
              assertThat(HexFormat.of().formatHex(Checksums.item(item.path("canonical").asText())))
                  .isEqualTo(item.path("hash").asText());
              assertThat("%02x".formatted(Checksums.bucketOf(item.path("id").asText())))
                  .isEqualTo(item.path("bucket").asText());
            });
  }

  private static String id(JsonNode item) {
    return item.has("id") ? item.path("id").asText() : item.path("_id").asText();
  }
}
