package dev.drover.engine.ws;

import dev.drover.engine.ws.ClientFrames.Message;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What the WebSocket door reads of a client's message, for random input. */
public final class FuzzedFrames {
  private static final int MOST = 200;

  private FuzzedFrames() {}

  /**
   * Sends a text in three frames, with a ping between them, and reads its type. It is refused by
   * what is returned, never by an exception.
   *
   * @param cut where the second frame ends and the third one begins
   */
  public static void read(byte[] message, int cut) {
    ClientFrames frames = new ClientFrames(MOST);
    int split = message.length == 0 ? 0 : cut % message.length;
    Message taken = frames.take(WebSocketFrame.textFrame("", false));
    if (taken == Message.NONE) {
      taken = frames.take(more(Arrays.copyOf(message, split), false));
      frames.take(WebSocketFrame.pingFrame(Buffer.buffer("between")));
    }
    if (taken == Message.NONE) {
      taken = frames.take(more(Arrays.copyOfRange(message, split, message.length), true));
    }
    if (taken != expected(message)) {
      throw new AssertionError(taken + " instead of " + expected(message));
    }
    if (taken == Message.TEXT) {
      WsServerConsumer.type(frames.text());
    }
  }

  private static Message expected(byte[] message) {
    if (message.length > MOST) {
      return Message.TOO_LARGE;
    }
    // What is no UTF-8 becomes other bytes on the way.
    byte[] back = new String(message, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(message, back) ? Message.TEXT : Message.MALFORMED;
  }

  private static WebSocketFrame more(byte[] bytes, boolean last) {
    return WebSocketFrame.continuationFrame(Buffer.buffer(bytes), last);
  }
}
