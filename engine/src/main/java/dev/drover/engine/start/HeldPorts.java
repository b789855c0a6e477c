package dev.drover.engine.start;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes every port of a process before anything starts, and keeps it: a port in the range from
 * which the system takes the ports of outgoing connections could be gone when its server comes. A
 * socket that is bound and does not listen keeps the system from using the port, and lets the
 * server have it.
 */
public final class HeldPorts implements AutoCloseable {
  /** What is left of a closed connection of somebody else holds its port for a minute. */
  private static final Duration LEFTOVERS = Duration.ofSeconds(70);

  private static final Duration CHILD = Duration.ofSeconds(5);

  private static final boolean LINUX = System.getProperty("os.name").startsWith("Linux");

  private final List<SocketChannel> sockets = new ArrayList<>();

  private HeldPorts() {}

  /**
   * A port that a server of this process will open.
   *
   * @param setting the setting that moves it
   * @param host the address to bind
   * @param port the port; 0, any, is not checked
   * @param patience how long whoever listens there is waited for: a child of a process that was
   *     killed a moment ago is about to end
   */
  public record Wanted(String setting, String host, int port, Duration patience) {
    /** A port of this very process. */
    public Wanted(String setting, String host, int port) {
      this(setting, host, port, Duration.ZERO);
    }

    /** A port of a child process. */
    public static Wanted ofChild(String setting, String host, int port) {
      return new Wanted(setting, host, port, CHILD);
    }
  }

  /**
   * Takes the ports, all or none.
   *
   * @param tell told when it waits, and for what
   * @throws StartRefused with a line for each port that cannot be had, and its setting
   */
  public static HeldPorts take(List<Wanted> wanted, Consumer<String> tell) {
    refuseTwice(wanted);
    HeldPorts held = new HeldPorts();
    List<String> refused = new ArrayList<>();
    for (Wanted one : wanted) {
      if (one.port() != 0) {
        held.take(one, tell).ifPresent(refused::add);
      }
    }
    if (!refused.isEmpty()) {
      held.close();
      throw new StartRefused(StartRefused.FAILED, String.join("; ", refused));
    }
    return held;
  }

  private static void refuseTwice(List<Wanted> wanted) {
    Map<Integer, Wanted> seen = new HashMap<>();
    for (Wanted one : wanted) {
      Wanted other = one.port() == 0 ? null : seen.putIfAbsent(one.port(), one);
      if (other != null) {
        throw new StartRefused(
            StartRefused.WRONG_SETTING,
            other.setting() + " and " + one.setting() + " are both " + one.port());
      }
    }
  }

  /** Takes one port; returns why not when it cannot be had. */
  private Optional<String> take(Wanted wanted, Consumer<String> tell) {
    InetAddress address;
    try {
      address = InetAddress.getByName(wanted.host());
    } catch (UnknownHostException e) {
      return Optional.of(wanted.host() + " is no address of this machine; set DROVER_BIND");
    }
    InetSocketAddress at = new InetSocketAddress(address, wanted.port());
    long begin = System.nanoTime();
    boolean told = false;
    while (!bind(at)) {
      LocalPort.Use use = LocalPort.use(wanted.port());
      boolean leftover = use == LocalPort.Use.LEFTOVER;
      Duration patience = leftover ? LEFTOVERS : wanted.patience();
      if (System.nanoTime() - begin >= patience.toNanos()) {
        return Optional.of(sentence(wanted, address, use));
      }
      if (!told && leftover) {
        tell.accept(
            "port "
                + wanted.port()
                + " ("
                + wanted.setting()
                + ") belongs to a closed connection of another process; waiting for it, up to "
                + LEFTOVERS.toSeconds()
                + " s");
        told = true;
      }
      if (!pause()) {
        return Optional.of("interrupted while it waited for port " + wanted.port());
      }
    }
    return Optional.empty();
  }

  private static String sentence(Wanted wanted, InetAddress address, LocalPort.Use use) {
    String port = wanted.setting() + "=" + wanted.port() + ": ";
    if (!isHere(address)) {
      return port + wanted.host() + " is no address of this machine; set DROVER_BIND";
    }
    if (wanted.port() < 1024 && use == LocalPort.Use.NONE) {
      return port + "this user may not listen below 1024; set another port";
    }
    String by =
        use == LocalPort.Use.CONNECTION
            ? "is taken by an outgoing connection of another process"
            : "is in use";
    return port
        + wanted.host()
        + ":"
        + wanted.port()
        + " "
        + by
        + "; stop what uses it, or set another port";
  }

  private static boolean isHere(InetAddress address) {
    try {
      return address.isAnyLocalAddress()
          || NetworkInterface.getByInetAddress(address) != null
          || address.isLoopbackAddress();
    } catch (SocketException e) {
      return true;
    }
  }

  private boolean bind(InetSocketAddress at) {
    try {
      // a channel for connections: one for servers would listen as soon as it is bound
      SocketChannel socket =
          SocketChannel.open(
              at.getAddress() instanceof Inet4Address
                  ? StandardProtocolFamily.INET
                  : StandardProtocolFamily.INET6);
      try {
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        socket.bind(at);
      } catch (IOException e) {
        socket.close();
        return false;
      }
      if (LINUX) {
        sockets.add(socket);
      } else {
        // elsewhere a second socket could not be bound beside it
        socket.close();
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(250);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Gives the ports back; servers that listen on them go on. */
  @Override
  public void close() {
    for (SocketChannel socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    sockets.clear();
  }
}
