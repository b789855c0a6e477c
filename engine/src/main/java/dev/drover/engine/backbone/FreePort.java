package dev.drover.engine.backbone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Picks a TCP port for a server that starts in a moment. It stays out of the range from which
 * systems take the ports of outgoing connections: one of those could be there first.
 */
public final class FreePort {
  private static final int LOWEST = 15_000;
  private static final int HIGHEST = 32_000;
  private static final int LOWEST_OF_CHILDREN = 10_000;
  private static final int TRIES = 200;
  private static final int SHARES = 4;

  /** Of JVMs that run tests side by side each takes every fourth port; else it is not set. */
  private static final Integer SHARE = Integer.getInteger("drover.ports.share");

  /** Picked and perhaps not bound yet, or not bound just now. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /** A port that nobody listens on, at loopback; another one each time. */
  public static int pick() {
    return pick(LOWEST, HIGHEST);
  }

  /**
   * The same for a child process, out of a range of its own: it cannot know what its parent was
   * given and has not bound yet.
   */
  static int pickForChild() {
    return pick(LOWEST_OF_CHILDREN, LOWEST);
  }

  private static int pick(int from, int to) {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(from, to);
      if (SHARE != null) {
        port = port / SHARES * SHARES + SHARE % SHARES;
      }
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        if (GIVEN.add(port)) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        // taken: the next one
      }
    }
    throw new IllegalStateException("no free port between " + from + " and " + to);
  }
}
