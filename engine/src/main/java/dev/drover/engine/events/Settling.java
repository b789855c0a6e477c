package dev.drover.engine.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Waits a moment until the sockets of some streams have taken what they were given. A socket that
 * has not is parked, and its stream is handed back as soon as it has.
 */
final class Settling {
  private static final long PATIENCE_MILLIS = 50;

  private final Duration patience;
  private final Collection<EventStream> streams;
  private final Consumer<EventStream> rejoin;
  private final CountDownLatch latch;

  /**
   * Waits for these.
   *
   * @param patience how long a socket may take nothing before it is cut
   * @param rejoin takes a stream that was parked and has drained
   */
  Settling(Duration patience, Collection<EventStream> streams, Consumer<EventStream> rejoin) {
    this.patience = patience;
    this.streams = streams;
    this.rejoin = rejoin;
    this.latch = new CountDownLatch(streams.size());
  }

  /** Waits and returns the streams that were parked. */
  List<EventStream> await() {
    if (streams.isEmpty()) {
      return List.of();
    }
    Map<Outbox, List<EventStream>> byOutbox = new IdentityHashMap<>();
    for (EventStream stream : streams) {
      stream.settling.set(EventStream.SETTLING);
      byOutbox.computeIfAbsent(stream.sink().outbox(), o -> new ArrayList<>()).add(stream);
    }
    byOutbox.forEach((outbox, list) -> outbox.submit((o, last) -> look(o, list)));
    try {
      if (latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        return List.of();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return streams.stream()
        .filter(s -> s.settling.compareAndSet(EventStream.SETTLING, EventStream.PARKED))
        .toList();
  }

  private void look(Outbox outbox, List<EventStream> list) {
    long stall = patience.toNanos();
    for (EventStream stream : list) {
      stream.flushDirty();
      if (stream.closed() || stream.drained()) {
        settled(stream);
      } else {
        outbox.whenDrained(stream, stall, () -> settled(stream));
      }
    }
  }

  private void settled(EventStream stream) {
    if (stream.settling.compareAndSet(EventStream.SETTLING, EventStream.SETTLED)) {
      latch.countDown();
    } else if (stream.settling.compareAndSet(EventStream.PARKED, EventStream.SETTLED)
        && !stream.closed()) {
      rejoin.accept(stream);
    }
  }
}
