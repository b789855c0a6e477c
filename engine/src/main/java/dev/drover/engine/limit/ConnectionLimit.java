package dev.drover.engine.limit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * How many connections a port may hold, in all and from one address, so that no caller takes those
 * of the others. Thread-safe; never blocks.
 */
public final class ConnectionLimit {
  private final int most;
  private final int mostPerAddress;
  private final Map<Object, Integer> byAddress = new HashMap<>();
  private int open;

  /**
   * A limit for one port.
   *
   * @throws IllegalArgumentException when a number is not positive
   */
  public ConnectionLimit(int most, int mostPerAddress) {
    if (most <= 0 || mostPerAddress <= 0) {
      throw new IllegalArgumentException(
          "a limit of " + most + " connections, " + mostPerAddress + " of one address");
    }
    this.most = most;
    this.mostPerAddress = mostPerAddress;
  }

  /** Counts a new connection; false, and nothing counted, when it is one too many. */
  public synchronized boolean tryOpen(SocketAddress from) {
    Object address = address(from);
    if (open >= most || byAddress.getOrDefault(address, 0) >= mostPerAddress) {
      return false;
    }
    open++;
    byAddress.merge(address, 1, Integer::sum);
    return true;
  }

  /** Takes an ended connection out of the count; once for each that was counted. */
  public synchronized void closed(SocketAddress from) {
    open--;
    byAddress.computeIfPresent(address(from), (key, count) -> count == 1 ? null : count - 1);
  }

  /** The connections that are counted now. */
  public synchronized int open() {
    return open;
  }

  private static Object address(SocketAddress from) {
    if (from instanceof InetSocketAddress inet) {
      InetAddress address = inet.getAddress();
      return address == null ? inet.getHostString() : address;
    }
    return String.valueOf(from);
  }
}
