package dev.drover.cli.run;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says which ports are taken before a process fails on them. */
public final class Ports {
  private static final Path OUTGOING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

  private Ports() {}

  /** Returns a line per port of the services that somebody else listens on. */
  public static List<String> taken(List<Service> services) {
    List<String> taken = new ArrayList<>();
    for (Service service : services) {
      service
          .ports()
          .forEach(
              (port, purpose) -> {
                if (!isFree(port)) {
                  taken.add("port " + port + " (" + purpose + ") is in use");
                }
              });
    }
    return taken;
  }

  /**
   * Returns a sentence about the ports that an offset moves into the range from which this system
   * takes the ports of outgoing connections; nothing when there are none.
   */
  public static Optional<String> lent(List<Service> services) {
    String[] range;
    // in one piece: the system gives the file to the first read only
    try (InputStream file = Files.newInputStream(OUTGOING)) {
      range = new String(file.readNBytes(64), StandardCharsets.US_ASCII).strip().split("\\s+");
    } catch (IOException e) {
      return Optional.empty();
    }
    int from = Integer.parseInt(range[0]);
    int to = Integer.parseInt(range[1]);
    List<String> lent = new ArrayList<>();
    for (Service service : services) {
      service
          .ports()
          .forEach(
              (port, purpose) -> {
                // the number of the protocol; it is in that range without an offset too
                boolean standard = purpose.startsWith(Services.MALL_GRPC);
                if (port >= from && port <= to && !standard) {
                  lent.add(port + " (" + purpose + ")");
                }
              });
    }
    return lent.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Note: this system lends the ports "
                + from
                + " to "
                + to
                + " to outgoing connections, which may be there first: "
                + String.join(", ", lent)
                + ". With --port-offset 5000 or less they are free of it.");
  }

  /** Returns whether this machine's loopback address can be listened on at the port. */
  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
