package dev.drover.engine.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Who has a local TCP port, as far as the system tells; only Linux does, in {@code /proc/net}. */
final class LocalPort {
  /** The use of a port, from the strongest one. */
  enum Use {
    /** Somebody listens, or the system does not tell. */
    LISTENER,
    /** A connection that is open. */
    CONNECTION,
    /** What is left of closed connections: it goes away by itself within a minute. */
    LEFTOVER,
    /** Nothing that the system tells. */
    NONE
  }

  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
  private static final Set<String> OPEN = Set.of("01", "02", "03", "08");
  private static final String LISTEN = "0A";

  private LocalPort() {}

  /** The use of a port on any address. */
  static Use use(int port) {
    Set<Use> found = EnumSet.of(Use.NONE);
    String hex = ":" + String.format(Locale.ROOT, "%04X", port);
    try {
      for (Path table : TABLES) {
        if (Files.exists(table)) {
          for (String line : Files.readAllLines(table, StandardCharsets.US_ASCII)) {
            String[] columns = line.strip().split("\\s+");
            if (columns.length > 3 && columns[1].endsWith(hex)) {
              found.add(of(columns[3]));
            }
          }
        }
      }
    } catch (IOException e) {
      return Use.LISTENER;
    }
    return found.iterator().next();
  }

  private static Use of(String state) {
    if (state.equals(LISTEN)) {
      return Use.LISTENER;
    }
    return OPEN.contains(state) ? Use.CONNECTION : Use.LEFTOVER;
  }
}
