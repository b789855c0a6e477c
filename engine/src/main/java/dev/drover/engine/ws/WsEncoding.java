package dev.drover.engine.ws;

import dev.drover.engine.events.EventEncoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;

/**
 * Events as finished WebSocket text frames: {@code {"type":"event","event","id","data"}} (document
 * 1, appendix B).
 */
public final class WsEncoding implements EventEncoding {
  /** The only instance. */
  public static final WsEncoding TEXT = new WsEncoding();

  static final String TRANSPORT = "ws";
  private static final int FINAL_TEXT = 0x81;

  private WsEncoding() {}

  @Override
  public String transport() {
    return TRANSPORT;
  }

  @Override
  public ByteBuf encode(String type, String id, byte[] data, int retryMillis) {
    StringBuilder head = new StringBuilder(128);
    head.append("{\"type\":\"event\",\"event\":").append(Json.encode(type));
    if (id != null) {
      head.append(",\"id\":").append(Json.encode(id));
    }
    if (retryMillis > 0) {
      head.append(",\"retry\":").append(retryMillis);
    }
    head.append(",\"data\":");
    byte[] start = head.toString().getBytes(StandardCharsets.UTF_8);
    int length = start.length + data.length + 1;
    ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(length + 10);
    frame.writeByte(FINAL_TEXT);
    if (length < 126) {
      frame.writeByte(length);
    } else if (length <= 0xFFFF) {
      frame.writeByte(126).writeShort(length);
    } else {
      frame.writeByte(127).writeLong(length);
    }
    return frame.writeBytes(start).writeBytes(data).writeByte('}');
  }
}
