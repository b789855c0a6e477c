package dev.drover.e2e.siege;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** A WebSocket whose client sends frames that are too long, endless, unmasked or no text. */
final class WebSocketFrames implements Attack {
  private static final int PIECE = 60_000;

  private final Stranger caller;
  private final String token;
  private final Random random;

  WebSocketFrames(Stranger caller, String token, long seed) {
    this.caller = caller;
    this.token = token;
    this.random = new Random(seed);
  }

  @Override
  public String name() {
    return "WebSocket frames";
  }

  @Override
  public void strike(Outcomes outcomes) throws IOException {
    String upgrade =
        "GET /api/orchestrators/ws HTTP/1.1\r\nHost: central\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + BadRequests.bearer(token)
            + "\r\n";
    try (Socket socket = caller.talk()) {
      OutputStream out = socket.getOutputStream();
      out.write(upgrade.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      outcomes.count(Stranger.status(Stranger.answer(socket.getInputStream())));
      send(out);
      while (socket.getInputStream().read() >= 0) {
        // until the server has had enough
        continue;
      }
      outcomes.count("closed");
    }
  }

  private void send(OutputStream out) throws IOException {
    switch (random.nextInt(4)) {
      case 0 ->
          out.write(
              ByteBuffer.allocate(10).put((byte) 0x81).put((byte) 0xff).putLong(1L << 40).array());
      case 1 -> {
        out.write(frame(0x01, new byte[PIECE]));
        for (int i = 0; i < 100; i++) {
          out.write(frame(0x00, new byte[PIECE]));
        }
      }
      case 2 -> out.write(frame(0x81, new byte[] {'{', (byte) 0xc0, (byte) 0xaf}));
      default -> out.write(frame(0x81, BadRequests.badJson(random, PIECE)));
    }
    out.flush();
  }

  /** A frame with a mask of zeros, at most 65,535 bytes long; longer ones are cut. */
  private static byte[] frame(int type, byte[] payload) {
    int length = Math.min(payload.length, 65_535);
    return ByteBuffer.allocate(8 + length)
        .put((byte) type)
        .put((byte) (0x80 | 126))
        .putShort((short) length)
        .putInt(0)
        .put(payload, 0, length)
        .array();
  }
}
