package dev.drover.engine.ws;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Whether the texts of one client are UTF-8, frame by frame (RFC 6455, section 8.1). Without it
 * bytes that are none would become replacement characters, and be stored as if they were sent.
 */
final class TextFrames {
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private Buffer rest = Buffer.buffer();
  private boolean inText;
  private boolean broken;

  /** Whether this frame goes on well; after one that did not, none does. */
  boolean takes(WebSocketFrame frame) {
    if (frame.isText() || frame.isBinary()) {
      inText = frame.isText();
      rest = Buffer.buffer();
      decoder.reset();
    }
    boolean part = frame.isText() || frame.isContinuation();
    if (part && inText && !broken) {
      ByteBuffer bytes = ByteBuffer.wrap(rest.appendBuffer(frame.binaryData()).getBytes());
      CharBuffer characters = CharBuffer.allocate(bytes.remaining() + 1);
      broken = decoder.decode(bytes, characters, frame.isFinal()).isError();
      // the begin of a character whose end is in the next frame
      rest = Buffer.buffer().appendBytes(bytes.array(), bytes.position(), bytes.remaining());
    }
    return !broken;
  }

  /** Whether a text was none. */
  boolean broken() {
    return broken;
  }
}
