package dev.drover.e2e.siege;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** MQTT packets of strangers: a will of 2 MB, lengths that are none, noise. */
final class MqttPackets implements Attack {
  private static final int WILL = 2 << 20;

  private final Stranger caller;
  private final Random random;

  MqttPackets(Stranger caller, long seed) {
    this.caller = caller;
    this.random = new Random(seed);
  }

  @Override
  public String name() {
    return "MQTT packets";
  }

  @Override
  public void strike(Outcomes outcomes) throws IOException {
    try (Socket socket = caller.talk()) {
      OutputStream out = socket.getOutputStream();
      switch (random.nextInt(3)) {
        case 0 -> out.write(connectWithWill());
        case 1 ->
            out.write(new byte[] {0x10, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1});
        default -> {
          byte[] noise = new byte[4096];
          random.nextBytes(noise);
          out.write(noise);
        }
      }
      out.flush();
      outcomes.count(socket.getInputStream().read() < 0 ? "closed" : "answered");
    }
  }

  /** MQTT 5, a user property of the will repeated until it is 2 MB long. */
  static byte[] connectWithWill() {
    byte[] property =
        ByteBuffer.allocate(1005)
            .put((byte) 0x26)
            .putShort((short) 500)
            .put(text(500))
            .putShort((short) 500)
            .put(text(500))
            .array();
    int times = WILL / property.length;
    int properties = times * property.length;
    ByteBuffer body = ByteBuffer.allocate(properties + 64);
    body.putShort((short) 4).put(text("MQTT")).put((byte) 5).put((byte) 0x06).putShort((short) 60);
    body.put((byte) 0).putShort((short) 1).put(text("c"));
    length(body, properties);
    for (int i = 0; i < times; i++) {
      body.put(property);
    }
    body.putShort((short) 1).put(text("t")).putShort((short) 0);
    ByteBuffer packet = ByteBuffer.allocate(body.position() + 8).put((byte) 0x10);
    length(packet, body.position());
    packet.put(body.array(), 0, body.position());
    return java.util.Arrays.copyOf(packet.array(), packet.position());
  }

  private static void length(ByteBuffer target, int value) {
    int left = value;
    do {
      int low = left % 128;
      left /= 128;
      target.put((byte) (left > 0 ? low | 0x80 : low));
    } while (left > 0);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] text(int length) {
    return text("w".repeat(length));
  }
}
