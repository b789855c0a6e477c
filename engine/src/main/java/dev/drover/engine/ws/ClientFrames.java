package dev.drover.engine.ws;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Puts the frames of one client together (RFC 6455, sections 5.4 and 8.1). Vert.x does the same,
 * but turns what is no UTF-8 into replacement characters, which would be stored as if they were
 * sent.
 */
final class ClientFrames {
  /** What a frame completes. */
  enum Message {
    /** Nothing yet, or a control frame. */
    NONE,
    /** A text; see {@link #text}. */
    TEXT,
    /** A binary message. */
    BINARY,
    /** A text that is no UTF-8; nothing that follows counts. */
    MALFORMED,
    /** More bytes than a message may have; nothing that follows counts. */
    TOO_LARGE
  }

  private final int most;
  private Buffer bytes = Buffer.buffer();
  private boolean inText;
  private String text;
  private boolean over;

  /**
   * Frames of a new connection.
   *
   * @param most how many bytes a message may have
   */
  ClientFrames(int most) {
    this.most = most;
  }

  /** Takes the next frame. */
  Message take(WebSocketFrame frame) {
    boolean begins = frame.isText() || frame.isBinary();
    if (over || !begins && !frame.isContinuation()) {
      return Message.NONE;
    }
    if (begins) {
      inText = frame.isText();
      bytes = Buffer.buffer();
    }
    if (bytes.length() + frame.binaryData().length() > most) {
      over = true;
      bytes = Buffer.buffer();
      return Message.TOO_LARGE;
    }
    bytes.appendBuffer(frame.binaryData());
    return frame.isFinal() ? complete() : Message.NONE;
  }

  private Message complete() {
    byte[] whole = bytes.getBytes();
    bytes = Buffer.buffer();
    if (!inText) {
      return Message.BINARY;
    }
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(whole)).toString();
      return Message.TEXT;
    } catch (CharacterCodingException e) {
      over = true;
      return Message.MALFORMED;
    }
  }

  /** The text that the last frame has completed. */
  String text() {
    return text;
  }
}
