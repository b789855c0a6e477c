package dev.drover.engine.sse;

import dev.drover.engine.events.EventEncoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events as bytes, either bare or as one HTTP/1.1 chunk, so that the same buffer goes
 * to every socket below the response encoder.
 */
public final class SseEncoding implements EventEncoding {
  /** The events inside HTTP/1.1 chunks. */
  public static final SseEncoding CHUNKED = new SseEncoding(true);

  /** The bare events: for HTTP/2 and HTTP/1.0. */
  public static final SseEncoding PLAIN = new SseEncoding(false);

  static final String TRANSPORT = "sse";

  private final boolean chunked;

  private SseEncoding(boolean chunked) {
    this.chunked = chunked;
  }

  @Override
  public String transport() {
    return TRANSPORT;
  }

  @Override
  public ByteBuf encode(String type, String id, byte[] data, int retryMillis) {
    StringBuilder head = new StringBuilder(96);
    head.append("event: ").append(oneLine(type)).append('\n');
    if (id != null) {
      head.append("id: ").append(oneLine(id)).append('\n');
    }
    if (retryMillis > 0) {
      head.append("retry: ").append(retryMillis).append('\n');
    }
    head.append("data: ");
    byte[] fields = head.toString().getBytes(StandardCharsets.UTF_8);
    byte[] lines = oneLine(data);
    int length = fields.length + lines.length + 2;
    ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(length + 12);
    if (chunked) {
      frame.writeCharSequence(Integer.toHexString(length), StandardCharsets.US_ASCII);
      frame.writeByte('\r').writeByte('\n');
    }
    frame.writeBytes(fields).writeBytes(lines).writeByte('\n').writeByte('\n');
    if (chunked) {
      frame.writeByte('\r').writeByte('\n');
    }
    return frame;
  }

  /** The event inside a frame of this encoding. */
  byte[] payload(ByteBuf frame) {
    int start = frame.readerIndex();
    int end = frame.writerIndex();
    if (chunked) {
      start = frame.indexOf(start, end, (byte) '\n') + 1;
      end -= 2;
    }
    byte[] bytes = new byte[end - start];
    frame.getBytes(start, bytes);
    return bytes;
  }

  private static String oneLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ').replace('\0', ' ');
  }

  /** JSON may hold line breaks between its tokens only, where a space means the same. */
  private static byte[] oneLine(byte[] json) {
    byte[] clean = json;
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        if (clean == json) {
          clean = json.clone();
        }
        clean[i] = ' ';
      }
    }
    return clean;
  }
}
