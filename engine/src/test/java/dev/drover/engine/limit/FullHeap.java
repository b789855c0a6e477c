package dev.drover.engine.limit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A process that keeps nearly all of its heap and goes on working: it does not end by itself. */
public final class FullHeap {
  private static final int PIECE = 4096;

  private FullHeap() {}

  /** Fills the heap, frees a little, and then makes garbage for ever. */
  public static void main(String[] arguments) {
    HeapWatchdog.start(
        new HeapWatchdog.Settings(Duration.ofSeconds(2), 90), Duration.ofMillis(200));
    System.out.println("begins");
    // Does not grow: growing would need twice its room.
    Deque<byte[]> kept = new ArrayDeque<>(1 << 14);
    while (true) {
      try {
        kept.add(new byte[PIECE]);
      } catch (OutOfMemoryError e) {
        for (int i = 0; i < 20 && !kept.isEmpty(); i++) {
          kept.poll();
        }
      }
    }
  }
}
