package dev.drover.engine.backbone;

import io.netty.buffer.ByteBuf;

/**
 * Where the packets of a connection begin and end. It reads the bytes that go by and keeps none of
 * them, so that a packet's length is known before its body is.
 */
final class MqttFrames {
  static final int CONNECT = 1;
  static final int PUBLISH = 3;

  private static final int MOST_LENGTH_BYTES = 4;

  /** Why a packet is refused from its first bytes. */
  enum Fault {
    /** Its length is more than its kind may have. */
    TOO_LARGE,
    /** Its length cannot be read. */
    MALFORMED
  }

  /** How large a packet of a type may be, its first bytes included. */
  interface Limit {
    int of(int type);
  }

  private final Limit limit;
  private int type;
  private int lengthBytes;
  private int length;
  private int left;
  private boolean body;
  private long packets;
  private int unfinished;

  MqttFrames(Limit limit) {
    this.limit = limit;
  }

  /** Reads what has arrived; null unless a packet must be refused. */
  Fault read(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      if (body) {
        int step = Math.min(left, end - at);
        at += step;
        left -= step;
        unfinished += step;
      } else {
        Fault fault = head(bytes.getByte(at++));
        if (fault != null) {
          return fault;
        }
      }
      if (body && left == 0) {
        next();
      }
    }
    return null;
  }

  private Fault head(byte next) {
    unfinished++;
    if (type == 0) {
      type = (next & 0xF0) >> 4;
      return type == 0 ? Fault.MALFORMED : null;
    }
    length |= (next & 0x7F) << (7 * lengthBytes++);
    if ((next & 0x80) != 0) {
      return lengthBytes == MOST_LENGTH_BYTES ? Fault.MALFORMED : null;
    }
    body = true;
    left = length;
    return 1 + lengthBytes + length > limit.of(type) ? Fault.TOO_LARGE : null;
  }

  private void next() {
    packets++;
    type = 0;
    length = 0;
    lengthBytes = 0;
    body = false;
    unfinished = 0;
  }

  /** The type of the packet that is not complete yet; 0 between packets. */
  int type() {
    return type;
  }

  /** How many packets were complete. */
  long packets() {
    return packets;
  }

  /** The bytes that have arrived of a packet that is not complete yet. */
  int unfinished() {
    return unfinished;
  }

  /** The size of the packet at the reader's position, or -1 when its length is not there yet. */
  static int size(ByteBuf bytes) {
    int length = 0;
    for (int i = 1; i <= MOST_LENGTH_BYTES && i < bytes.readableBytes(); i++) {
      byte next = bytes.getByte(bytes.readerIndex() + i);
      length |= (next & 0x7F) << (7 * (i - 1));
      if ((next & 0x80) == 0) {
        return 1 + i + length;
      }
    }
    return -1;
  }
}
