package dev.drover.e2e.harness;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two cables of a mall that lives in a network namespace of its own: one to central, which can be
 * cut so that neither side is told, and one to its devices.
 */
public final class MallLine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MallLine.class);
  private static final long PID = ProcessHandle.current().pid();
  private static final String PREFIX = "drover-";
  private static final String SPACE = PREFIX + PID;
  private static final String CENTRAL = "drc" + PID;
  private static final String DEVICES = "drd" + PID;
  private static final String NET = "10.213." + PID % 256 + ".";

  private MallLine() {}

  /** The cables, or nothing where this machine cannot make them; the log says why. */
  public static Optional<MallLine> lay() {
    if (!Root.allowed()) {
      LOG.info("the line is not cut: only root can make a network namespace");
      return Optional.empty();
    }
    clear();
    String refused = Root.output(List.of("ip", "netns", "add", SPACE));
    if (!refused.isEmpty()) {
      LOG.info("the line is not cut: ip netns add {}", refused);
      return Optional.empty();
    }
    MallLine line = new MallLine();
    try {
      Root.run("ip -n " + SPACE + " link set lo up");
      cable(CENTRAL, "1", "2");
      cable(DEVICES, "5", "6");
      return Optional.of(line);
    } catch (IllegalStateException e) {
      line.close();
      throw e;
    }
  }

  /** Takes away what runs that were killed have left. */
  private static void clear() {
    String[] left = Path.of("/run/netns").toFile().list((spaces, name) -> name.startsWith(PREFIX));
    for (String space : left == null ? new String[0] : left) {
      long pid = Long.parseLong(space.substring(PREFIX.length()));
      if (ProcessHandle.of(pid).isEmpty()) {
        Root.run("ip netns del " + space);
      }
    }
  }

  private static void cable(String name, String here, String there) {
    Root.run("ip link add " + name + " type veth peer name mall" + there + " netns " + SPACE);
    Root.run("ip addr add " + NET + here + "/30 dev " + name);
    Root.run("ip link set " + name + " up");
    Root.run("ip -n " + SPACE + " addr add " + NET + there + "/30 dev mall" + there);
    Root.run("ip -n " + SPACE + " link set mall" + there + " up");
  }

  /** What a command begins with that shall run in the mall. */
  public List<String> command() {
    return List.of("ip", "netns", "exec", SPACE);
  }

  /** Central's end of its cable. */
  public String central() {
    return NET + 1;
  }

  /** The devices' end of theirs. */
  public String devices() {
    return NET + 5;
  }

  /** The mall's end of the devices' cable. */
  public String mall() {
    return NET + 6;
  }

  /** Cuts the cable to central: packets are lost, connections stay open. */
  public void cut() {
    Root.run("ip link set " + CENTRAL + " down");
  }

  /** Mends it. */
  public void mend() {
    Root.run("ip link set " + CENTRAL + " up");
  }

  @Override
  public void close() {
    Root.run("ip netns del " + SPACE);
  }
}
