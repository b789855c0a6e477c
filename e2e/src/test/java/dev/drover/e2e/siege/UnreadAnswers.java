package dev.drover.e2e.siege;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/** Requests for much, on connections that nobody reads; the oldest gives way to a new one. */
final class UnreadAnswers implements Attack {
  private static final int SMALL = 4096;

  private final String name;
  private final Stranger caller;
  private final byte[] request;
  private final int count;
  private final Queue<SocketChannel> held = new ArrayDeque<>();

  UnreadAnswers(String name, Stranger caller, byte[] request, int count) {
    this.name = name;
    this.caller = caller;
    this.request = request;
    this.count = count;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void strike(Outcomes outcomes) throws IOException {
    SocketChannel channel = caller.open(SMALL);
    held.add(channel);
    channel.write(ByteBuffer.wrap(request));
    outcomes.count("opened");
    if (held.size() > count) {
      held.remove().close();
    }
  }

  @Override
  public void close() {
    for (SocketChannel channel : held) {
      try {
        channel.close();
      } catch (IOException e) {
        // The server was first.
        continue;
      }
    }
  }
}
