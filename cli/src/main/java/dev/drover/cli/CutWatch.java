package dev.drover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.cli.client.Central;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Watches a mall while its line is cut and until it has caught up. */
final class CutWatch {
  private static final int POLL_MS = 200;
  private static final long LINE_EVERY_NANOS = 5_000_000_000L;
  private static final List<String> ENDS = List.of("stored", "duplicate", "superseded", "parked");

  private final Central mall;
  private final LineState line;
  private final PrintWriter out;
  private final boolean terminal;
  private volatile long left;
  private long lastLine;
  private int shown;

  /**
   * A watch that prints its progress.
   *
   * @param terminal whether a line can be written over; otherwise there is one every five seconds
   */
  CutWatch(Central mall, LineState line, PrintWriter out, boolean terminal) {
    this.mall = mall;
    this.line = line;
    this.out = out;
    this.terminal = terminal;
  }

  /** Fails when the mall cannot be watched, before anything is cut. */
  void look() throws IOException, InterruptedException {
    ledger();
  }

  /** Returns whether everything that the mall accepted is accounted for. */
  boolean untilCaughtUp() throws IOException, InterruptedException {
    JsonNode ledger = ledger();
    for (JsonNode state = line.get(); state.path("cut").asBoolean(); state = line.get()) {
      left = state.path("left_seconds").asLong();
      ledger = ledger();
      progress(
          String.format(Locale.ROOT, "line cut, %,d s left · queued %,d", left, queued(ledger)));
      Thread.sleep(POLL_MS);
    }
    left = 0;
    long back = System.nanoTime();
    ledger = ledger();
    long before = queued(ledger);
    // what comes in meanwhile is not part of the backlog
    long backlog = ledger.path("accepted").asLong();
    while (settled(ledger) < backlog && queued(ledger) > 0) {
      progress(String.format(Locale.ROOT, "line is back · %,d → %,d", before, queued(ledger)));
      Thread.sleep(POLL_MS);
      ledger = ledger();
    }
    double seconds = (System.nanoTime() - back) / 1e9;
    finish(
        String.format(
            Locale.ROOT,
            "line is back · %,d → %,d · caught up in %.1f s · %s",
            before,
            queued(ledger),
            seconds,
            balance(ledger)));
    return ledger.path("balanced").asBoolean();
  }

  /** Says that the line comes back without anybody watching. */
  void leave() {
    if (left > 0) {
      finish("The line comes back by itself in " + left + " s; see ./drover status");
    }
  }

  private JsonNode ledger() throws IOException, InterruptedException {
    return mall.get("/api/uplink/ledger");
  }

  private static long queued(JsonNode ledger) {
    return ledger.path("pending").asLong();
  }

  private static long settled(JsonNode ledger) {
    return ENDS.stream().mapToLong(end -> ledger.path(end).asLong()).sum();
  }

  /** {@code nothing lost: accepted 2,310 = stored 2,280 + superseded 30}. */
  private static String balance(JsonNode ledger) {
    List<String> parts = new ArrayList<>();
    for (String name : ENDS) {
      add(parts, name, ledger.path(name).asLong());
    }
    add(parts, "queued", queued(ledger));
    add(parts, "lost", ledger.path("gap").asLong());
    boolean balanced = ledger.path("balanced").asBoolean();
    return String.format(
        Locale.ROOT,
        "%s: accepted %,d = %s",
        balanced ? "nothing lost" : "writes are missing, see the mall's log",
        ledger.path("accepted").asLong(),
        parts.isEmpty() ? "0" : String.join(" + ", parts));
  }

  private static void add(List<String> parts, String name, long count) {
    if (count > 0) {
      parts.add(String.format(Locale.ROOT, "%s %,d", name, count));
    }
  }

  private synchronized void progress(String text) {
    if (terminal) {
      out.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
      shown = text.length();
      out.flush();
    } else if (lastLine == 0 || System.nanoTime() - lastLine > LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      out.println(text);
      out.flush();
    }
  }

  private synchronized void finish(String text) {
    if (terminal && shown > 0) {
      out.print("\r" + " ".repeat(shown) + "\r");
      shown = 0;
    }
    out.println(text);
    out.flush();
  }
}
