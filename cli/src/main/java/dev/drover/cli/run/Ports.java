package dev.drover.cli.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Says which ports are taken before a process fails on them. */
public final class Ports {

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
