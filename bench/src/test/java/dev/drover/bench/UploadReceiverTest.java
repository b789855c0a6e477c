package dev.drover.bench;

import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.schema.Schemas;
import dev.drover.proto.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mall believes the benchmarks' central: what it answers is what the contract says. */
class UploadReceiverTest {
  private static final String BATCH =
      "{\"batch_id\":\"b-1\",\"items\":[{\"seq\":1},{\"seq\":2},{\"seq\":3}]}";

  private final Schemas schemas =
      new Schemas(Path.of(System.getProperty("drover.home")).resolve("proto/schemas"));
  private final HttpClient client = HttpClient.newHttpClient();

  private void fits(String schema, byte[] answer) {
    JsonNode message = Json.tree(answer);
    assertThatCode(() -> schemas.require(schema, message)).as(schema).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "/api/orchestrators/register, register-response",
    "/api/orchestrators/uploads, upload-response",
    "/.well-known/jwks.json, jwks"
  })
  void itsAnswersFitTheirSchemas(String path, String schema) throws Exception {
    try (UploadReceiver central = new UploadReceiver()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(central.url() + path))
              .POST(BodyPublishers.ofString(BATCH))
              .build();
      fits(schema, client.send(request, BodyHandlers.ofByteArray()).body());
    }
  }

  @Test
  void itsStreamBeginsWithConnected() throws Exception {
    try (UploadReceiver central = new UploadReceiver()) {
      URI stream = URI.create(central.url() + "/api/orchestrators/events");
      HttpRequest request = HttpRequest.newBuilder(stream).build();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(
                  client.send(request, BodyHandlers.ofInputStream()).body(),
                  StandardCharsets.UTF_8))) {
        String data = lines.readLine();
        while (!data.startsWith("data: ")) {
          data = lines.readLine();
        }
        fits("connected", data.substring(6).getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
