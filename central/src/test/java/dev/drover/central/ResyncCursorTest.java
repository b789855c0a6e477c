package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.drover.engine.crypto.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mall that was silent for too long is told once to resync, and goes on from where it is told.
 */
class ResyncCursorTest {
  @TempDir static Path data;
  private static TestCentral central;

  @BeforeAll
  static void start() {
    // Nobody is noted as seen: that happens with each ping.
    central = new TestCentral(data, "--drover.events.ping-interval=3600000");
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  /** One frame of a stream. */
  private record Frame(String type, String id) {}

  private static final class Listener implements AutoCloseable {
    private final BufferedReader in;

    Listener(String token, String cursor) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(central.url() + "/api/orchestrators/events"))
              .header("Authorization", "Bearer " + token);
      if (cursor != null) {
        request.header("Last-Event-ID", cursor);
      }
      HttpResponse<InputStream> stream =
          central
              .client
              .sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream())
              .join();
      assertThat(stream.statusCode()).isEqualTo(200);
      in = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
    }

    /** The frames up to the first of this type. */
    List<Frame> until(String last) throws IOException {
      List<Frame> frames = new ArrayList<>();
      String type = null;
      String id = null;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("event:")) {
          type = line.substring(6).trim();
        } else if (line.startsWith("id:")) {
          id = line.substring(3).trim();
        } else if (line.isEmpty() && type != null) {
          frames.add(new Frame(type, id));
          if (type.equals(last)) {
            return frames;
          }
          type = null;
        }
      }
      throw new IOException("the stream ended after " + frames);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  @Test
  void b10TheCursorOfAResyncIsTakenAlsoBeforeCentralHasSeenTheMall() throws Exception {
    TestCentral.Mall mall = central.registered("resync");
    Date longAgo = Date.from(Instant.now().minus(Duration.ofHours(25)));
    central
        .bean(MongoDatabase.class)
        .getCollection("orchestrators")
        .updateOne(Filters.eq("entity_id", mall.entity), Updates.set("last_seen", longAgo));
    String told;
    try (Listener first = new Listener(mall.token, null)) {
      List<Frame> frames = first.until("resync_required");
      told = frames.get(frames.size() - 1).id();
    }
    try (Listener back = new Listener(mall.token, told)) {
      String operator = central.token(Role.OPERATOR, mall.entity);
      String areas = "/api/entities/" + mall.entity + "/areas";
      assertThat(central.post(areas, operator, "{\"id\":\"a\"}").status()).isEqualTo(201);
      assertThat(back.until("data_update"))
          .extracting(Frame::type)
          .contains("connected")
          .doesNotContain("resync_required");
    }
    // Who does not come back with that cursor has not heard it.
    try (Listener lost = new Listener(mall.token, null)) {
      assertThat(lost.until("resync_required")).isNotEmpty();
    }
  }
}
