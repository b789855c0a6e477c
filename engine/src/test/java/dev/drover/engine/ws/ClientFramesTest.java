package dev.drover.engine.ws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.ws.ClientFrames.Message;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Frames become messages, and bytes that are no text become none. */
class ClientFramesTest {
  private final ClientFrames frames = new ClientFrames(10);

  private static WebSocketFrame text(byte[] bytes, boolean last) {
    return WebSocketFrame.textFrame(new String(bytes, UTF_8), last);
  }

  private static WebSocketFrame more(byte[] bytes, boolean last) {
    return WebSocketFrame.continuationFrame(Buffer.buffer(bytes), last);
  }

  @Test
  void aCharacterMayBeSplitOverFrames() {
    byte[] word = "caf\u00e9".getBytes(UTF_8);
    assertThat(frames.take(text(Arrays.copyOf(word, 2), false))).isEqualTo(Message.NONE);
    assertThat(frames.take(more(Arrays.copyOfRange(word, 2, 4), false))).isEqualTo(Message.NONE);
    assertThat(frames.take(WebSocketFrame.pingFrame(Buffer.buffer("x")))).isEqualTo(Message.NONE);
    assertThat(frames.take(more(Arrays.copyOfRange(word, 4, 5), true))).isEqualTo(Message.TEXT);
    assertThat(frames.text()).isEqualTo("caf\u00e9");
    assertThat(frames.take(text("next".getBytes(UTF_8), true))).isEqualTo(Message.TEXT);
    assertThat(frames.text()).isEqualTo("next");
  }

  @Test
  void halfACharacterIsNoText() {
    assertThat(frames.take(text("a".getBytes(UTF_8), false))).isEqualTo(Message.NONE);
    assertThat(frames.take(more(new byte[] {(byte) 0xC3}, true))).isEqualTo(Message.MALFORMED);
    assertThat(frames.take(text("a".getBytes(UTF_8), true))).as("after it").isEqualTo(Message.NONE);
  }

  @Test
  void aBinaryMessageIsOneWhateverItsBytes() {
    WebSocketFrame begin =
        WebSocketFrame.binaryFrame(Buffer.buffer(new byte[] {(byte) 0xFF}), false);
    assertThat(frames.take(begin)).isEqualTo(Message.NONE);
    assertThat(frames.take(more(new byte[] {(byte) 0xFF}, true))).isEqualTo(Message.BINARY);
  }

  @Test
  void aMessageIsCountedOverItsFrames() {
    assertThat(frames.take(text("0123456789".getBytes(UTF_8), false))).isEqualTo(Message.NONE);
    assertThat(frames.take(more("x".getBytes(UTF_8), false))).isEqualTo(Message.TOO_LARGE);
    assertThat(frames.take(more(new byte[0], true))).as("after it").isEqualTo(Message.NONE);
    ClientFrames others = new ClientFrames(10);
    assertThat(others.take(text("0123456789".getBytes(UTF_8), true))).isEqualTo(Message.TEXT);
    assertThat(others.take(text("0123456789".getBytes(UTF_8), true))).isEqualTo(Message.TEXT);
  }
}
