package dev.drover.e2e.siege;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * gRPC calls without a token, each with a message of 8 MB whose end never comes: as many on one
 * connection, and as much of each, as the server lets through.
 */
final class UnfinishedCalls implements Attack {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
  private static final int CALLS = 40;
  private static final int MESSAGE = 8 << 20;
  private static final int FRAME = 16_384;
  private static final int WINDOW_UPDATE = 8;
  private static final int GO_AWAY = 7;
  private static final int RESET = 3;

  private final Stranger caller;
  private final String path;

  UnfinishedCalls(Stranger caller, String path) {
    this.caller = caller;
    this.path = path;
  }

  @Override
  public String name() {
    return "unfinished gRPC calls";
  }

  @Override
  public void strike(Outcomes outcomes) throws IOException {
    try (Socket socket = caller.talk()) {
      OutputStream out = socket.getOutputStream();
      out.write(PREFACE);
      out.write(frame(4, 0, 0, new byte[0]));
      byte[] headers = headers();
      byte[] begin = ByteBuffer.allocate(FRAME).put((byte) 0).putInt(MESSAGE).array();
      for (int i = 0; i < CALLS; i++) {
        out.write(frame(1, 4, 2 * i + 1, headers));
      }
      out.write(frame(0, 0, 1, begin));
      out.flush();
      feed(new DataInputStream(socket.getInputStream()), out, outcomes);
    }
  }

  /** Sends as much more as the server says that it takes, until it ends the connection. */
  private static void feed(DataInputStream in, OutputStream out, Outcomes outcomes)
      throws IOException {
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.skipNBytes(1);
      int stream = in.readInt();
      byte[] payload = new byte[length];
      in.readFully(payload);
      if (type == WINDOW_UPDATE && stream > 0) {
        out.write(
            frame(0, 0, stream, new byte[Math.min(FRAME, ByteBuffer.wrap(payload).getInt())]));
        out.flush();
      } else if (type == RESET || type == 1) {
        outcomes.count("refused");
      } else if (type == GO_AWAY) {
        outcomes.count("gone away");
        return;
      }
    }
  }

  private byte[] headers() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    String[] headers = {
      ":method",
      "POST",
      ":scheme",
      "http",
      ":path",
      path,
      ":authority",
      "central",
      "content-type",
      "application/grpc",
      "te",
      "trailers"
    };
    for (int i = 0; i < headers.length; i += 2) {
      // HPACK: a literal that is not indexed, with a new name
      block.write(0);
      for (String text : new String[] {headers[i], headers[i + 1]}) {
        block.write(text.length());
        block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return block.toByteArray();
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }
}
