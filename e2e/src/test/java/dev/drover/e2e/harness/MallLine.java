package dev.drover.e2e.harness;

import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two cables of a mall that lives in a network namespace of its own: one to central, which can be
 * cut so that neither side is told, and one to its devices.
 */
public final class MallLine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MallLine.class);
  private static final String PREFIX = "drover-";
  private static final AtomicInteger LINES = new AtomicInteger();

  // The kernel takes a device away some time after its namespace: no name is used twice, also not
  // by a later process with the same id.
  private final String space = PREFIX + mark(ProcessHandle.current()) + LINES.incrementAndGet();
  private final String central = device("c");
  private final String devices = device("d");
  private final String net = freeNet();

  private MallLine() {}

  /** A process by its id and its start, since ids come again. */
  private static String mark(ProcessHandle process) {
    long start = process.info().startInstant().map(Instant::getEpochSecond).orElse(0L);
    return "%s-%s-".formatted(Long.toString(process.pid(), 36), Long.toString(start % 46_656, 36));
  }

  /** At most the 15 characters that a device may have. */
  private String device(String kind) {
    return "dr" + kind + space.substring(PREFIX.length()).replace("-", "");
  }

  /** A /24 that no other line of this machine has. */
  private static String freeNet() {
    int first = (int) (ProcessHandle.current().pid() % 256);
    String taken = addresses();
    return IntStream.range(first, first + 256)
        .mapToObj(number -> "10.213." + number % 256 + ".")
        .filter(net -> !taken.contains("/" + net))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("256 lines are laid: " + taken));
  }

  private static String addresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .toList()
          .toString();
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cables, or nothing where this machine cannot make them; the log says why. */
  public static Optional<MallLine> lay() {
    if (!Root.allowed()) {
      LOG.info("the line is not cut: only root can make a network namespace");
      return Optional.empty();
    }
    clear();
    MallLine line = new MallLine();
    String refused = Root.output(List.of("ip", "netns", "add", line.space));
    if (!refused.isEmpty()) {
      LOG.info("the line is not cut: ip netns add {}", refused);
      return Optional.empty();
    }
    try {
      Root.run("ip -n " + line.space + " link set lo up");
      line.cable(line.central, "1", "2");
      line.cable(line.devices, "5", "6");
      return Optional.of(line);
    } catch (IllegalStateException e) {
      line.close();
      throw e;
    }
  }

  /**
   * Takes away what runs that were killed have left: their namespaces, and with the last process in
   * one its cables.
   */
  private static void clear() {
    String[] left = Path.of("/run/netns").toFile().list((spaces, name) -> name.startsWith(PREFIX));
    for (String space : left == null ? new String[0] : left) {
      if (isLeft(space.substring(PREFIX.length()))) {
        LOG.info("{} is left from a run that was killed", space);
        String ends =
            "ip netns pids %s | xargs -r kill -9; ip netns del %s".formatted(space, space);
        // Another JVM may be clearing it, too.
        String refused = Root.output(List.of("sh", "-c", ends));
        if (!refused.isEmpty()) {
          LOG.info("{}: {}", space, refused);
        }
      }
    }
  }

  /** Whether nobody lives who made it. */
  private static boolean isLeft(String name) {
    try {
      long pid = Long.parseLong(name.replaceFirst("-.*", ""), 36);
      return ProcessHandle.of(pid).filter(owner -> name.startsWith(mark(owner))).isEmpty();
    } catch (NumberFormatException e) {
      LOG.trace("not one of ours", e);
      return false;
    }
  }

  private void cable(String name, String here, String there) {
    Root.run("ip link add " + name + " type veth peer name mall" + there + " netns " + space);
    Root.run("ip addr add " + net + here + "/30 dev " + name);
    Root.run("ip link set " + name + " up");
    Root.run("ip -n " + space + " addr add " + net + there + "/30 dev mall" + there);
    Root.run("ip -n " + space + " link set mall" + there + " up");
  }

  /** What a command begins with that shall run in the mall. */
  public List<String> command() {
    return List.of("ip", "netns", "exec", space);
  }

  /** Central's end of its cable. */
  public String central() {
    return net + 1;
  }

  /** The devices' end of theirs. */
  public String devices() {
    return net + 5;
  }

  /** The mall's end of the devices' cable. */
  public String mall() {
    return net + 6;
  }

  /** Cuts the cable to central: packets are lost, connections stay open. */
  public void cut() {
    Root.run("ip link set " + central + " down");
  }

  /** Mends it. */
  public void mend() {
    Root.run("ip link set " + central + " up");
  }

  @Override
  public void close() {
    // At once, and not when the kernel comes to it.
    for (String device : List.of(central, devices)) {
      Root.output(List.of("ip", "link", "del", device));
    }
    Root.run("ip netns del " + space);
  }
}
