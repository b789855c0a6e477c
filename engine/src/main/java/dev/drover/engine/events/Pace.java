package dev.drover.engine.events;

import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The least gap between two frames of one stream: what comes too early waits here, in order. For
 * the stream's thread.
 */
final class Pace {
  /** A frame that waits, with the cursor after it; it holds one reference. */
  record Frame(Object frame, EventId cursor, int bytes) {}

  private final long gapNanos;
  private final Deque<Frame> waiting = new ArrayDeque<>(0);
  private long bytes;
  private long next = System.nanoTime();

  /** A pace with this gap; zero for none. */
  Pace(Duration gap) {
    this.gapNanos = gap.toNanos();
  }

  /** Whether a frame may go out now; if so, the next one has to wait for the gap. */
  boolean lets() {
    if (gapNanos == 0) {
      return true;
    }
    long now = System.nanoTime();
    if (!waiting.isEmpty() || now - next < 0) {
      return false;
    }
    next = now + gapNanos;
    return true;
  }

  /** Keeps a frame; returns whether it is the only one that waits. */
  boolean add(Frame frame) {
    waiting.add(frame);
    bytes += frame.bytes;
    return waiting.size() == 1;
  }

  /** How long the first one has to wait. */
  long waitNanos() {
    return Math.max(0, next - System.nanoTime());
  }

  /** Takes the first one out, to be written now; null when none waits. */
  Frame poll() {
    Frame first = waiting.poll();
    if (first != null) {
      bytes -= first.bytes;
      next = System.nanoTime() + gapNanos;
    }
    return first;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The bytes that wait; a hint when read off the thread. */
  long bytes() {
    return bytes;
  }

  /** Lets go of what waits. */
  void clear() {
    waiting.forEach(frame -> ReferenceCountUtil.release(frame.frame));
    waiting.clear();
    bytes = 0;
  }
}
