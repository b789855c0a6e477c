package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.Json;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of the WebSocket that remembers what it was told. */
final class FrameClient implements WebSocket.Listener {
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final StringBuilder part = new StringBuilder();
  private final WebSocket socket;

  FrameClient(TestCentral central, String token) {
    this(central, token, Map.of());
  }

  /** With the cursor, say. */
  FrameClient(TestCentral central, String token, Map<String, String> headers) {
    WebSocket.Builder builder =
        central.client.newWebSocketBuilder().header("Authorization", "Bearer " + token);
    headers.forEach(builder::header);
    socket =
        builder
            .buildAsync(
                URI.create(central.url().replace("http", "ws") + "/api/orchestrators/ws"), this)
            .join();
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
    part.append(text);
    if (last) {
      told.add(part.toString());
      part.setLength(0);
    }
    from.request(1);
    return null;
  }

  /** The first frame that is not of the event stream. */
  JsonNode reply(String frame) throws InterruptedException {
    socket.sendText(frame, true).join();
    return reply();
  }

  /** The same for a frame that is no text. */
  JsonNode reply(byte[] frame) throws InterruptedException {
    socket.sendBinary(ByteBuffer.wrap(frame), true).join();
    return reply();
  }

  /** The first frame of the event stream that names this; it comes within 100 frames. */
  JsonNode event(String what) throws InterruptedException {
    String text = next();
    for (int frames = 1; !text.contains(what); frames++) {
      assertThat(frames).as("frames without " + what + ", the last is " + text).isLessThan(100);
      text = next();
    }
    return Json.tree(text.getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode reply() throws InterruptedException {
    for (String text = next(); ; text = next()) {
      JsonNode json = Json.tree(text.getBytes(StandardCharsets.UTF_8));
      if (!json.has("event_id") && !json.has("id") && !json.has("event")) {
        return json;
      }
    }
  }

  private String next() throws InterruptedException {
    String text = told.poll(20, TimeUnit.SECONDS);
    assertThat(text).as("an answer to the frame").isNotNull();
    return text;
  }
}
