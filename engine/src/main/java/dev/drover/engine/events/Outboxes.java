package dev.drover.engine.events;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/** The outboxes of a hub: one for each thread that writes streams. */
final class Outboxes {
  private final Map<ScheduledExecutorService, Outbox> byThread = new ConcurrentHashMap<>();

  /** The outbox of an event loop, or of another single thread. */
  Outbox of(ScheduledExecutorService thread) {
    return byThread.computeIfAbsent(thread, Outbox::new);
  }

  /** Waits until each of them has room; never call it on an outbox's own thread. */
  void awaitRoom() {
    byThread.values().forEach(Outbox::awaitRoom);
  }
}
