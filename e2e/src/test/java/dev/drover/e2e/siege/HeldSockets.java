package dev.drover.e2e.siege;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Many connections that begin something and never finish it: half a request line, a body whose last
 * byte is held back, a body that comes byte by byte. Each that the server ends is opened again.
 */
final class HeldSockets implements Attack {
  private static final int OPENED_AT_ONCE = 200;

  private static final class Held {
    private final SocketChannel channel;
    private long left;

    Held(SocketChannel channel, long left) {
      this.channel = channel;
      this.left = left;
    }
  }

  private final String name;
  private final Stranger caller;
  private final byte[] beginning;
  private final long rest;
  private final int pace;
  private final int count;
  private final List<Held> held = new ArrayList<>();
  private final ByteBuffer answer = ByteBuffer.allocate(4096);

  /**
   * Connections that are not open yet.
   *
   * @param beginning what each sends at once
   * @param rest how many bytes each sends after that
   * @param pace of these so many with each strike
   * @param count how many connections
   */
  HeldSockets(String name, Stranger caller, byte[] beginning, long rest, int pace, int count) {
    this.name = name;
    this.caller = caller;
    this.beginning = beginning;
    this.rest = rest;
    this.pace = pace;
    this.count = count;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void strike(Outcomes outcomes) throws IOException {
    for (Iterator<Held> all = held.iterator(); all.hasNext(); ) {
      Held one = all.next();
      String end = goOn(one);
      if (!end.isEmpty()) {
        outcomes.count(end);
        one.channel.close();
        all.remove();
      }
    }
    for (int i = 0; i < OPENED_AT_ONCE && held.size() < count; i++) {
      SocketChannel channel = caller.open(0);
      held.add(new Held(channel, rest));
      channel.write(ByteBuffer.wrap(beginning));
      outcomes.count("opened");
    }
  }

  /** Sends a little more; says how it ended when it did. */
  private String goOn(Held one) {
    try {
      answer.clear();
      int read = one.channel.read(answer);
      if (read != 0) {
        return read < 0 ? "closed" : Stranger.status(new String(answer.array(), 0, read));
      }
      if (one.left > 0) {
        int more = (int) Math.min(one.left, pace);
        one.left -= one.channel.write(ByteBuffer.wrap(" ".repeat(more).getBytes()));
      }
      return "";
    } catch (IOException e) {
      return "closed";
    }
  }

  @Override
  public void close() {
    for (Held one : held) {
      try {
        one.channel.close();
      } catch (IOException e) {
        // The server was first.
        continue;
      }
    }
  }
}
