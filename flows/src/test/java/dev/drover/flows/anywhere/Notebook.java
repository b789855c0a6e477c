package dev.drover.flows.anywhere;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What stand-ins were asked to do, in its order. */
public final class Notebook {
  private final BlockingQueue<String> notes = new LinkedBlockingQueue<>();

  /** Writes a line. */
  public void note(String line) {
    notes.add(line);
  }

  /** Returns what was written since the last time. */
  List<String> take() {
    List<String> taken = new ArrayList<>();
    notes.drainTo(taken);
    return taken;
  }

  /** Returns what is written until all of these lines are; each line is waited for 20 seconds. */
  List<String> take(String... last) throws InterruptedException {
    List<String> taken = new ArrayList<>();
    String line = "";
    while (line != null && !taken.containsAll(List.of(last))) {
      line = notes.poll(20, TimeUnit.SECONDS);
      taken.add(line == null ? "nothing for 20 s" : line);
    }
    return taken;
  }
}
