package dev.drover.orchestrator.uplink;

import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.uplink.store.UplinkClass;
import dev.drover.orchestrator.uplink.store.UplinkQueued;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Accepted items on their way into one queue, in the order of their numbers. Only so many items and
 * bytes are in the queue at a time, also over starts, and the others wait in the store: a broker
 * keeps the order only while it is not told to wait by its reader, and a reader holds in memory
 * what it was sent. Those of class {@code latest} wait here, where a newer one can take their
 * place, until they can go at once.
 */
public final class UplinkOutbox implements OutboxSource {
  /** What one batch into the queue may carry, in bytes. */
  private static final long BATCH = 1 << 20;

  /**
   * How much of a class may be in the queue at a time.
   *
   * @param items how many
   * @param bytes what their messages carry
   */
  public record Window(int items, long bytes) {}

  private final UplinkStore store;
  private final List<UplinkClass> classes;
  private final BooleanSupplier centralIsThere;
  private final Window window;
  private volatile Runnable wake = () -> {};

  private UplinkOutbox(
      UplinkStore store, List<UplinkClass> classes, BooleanSupplier centralIsThere, Window window) {
    this.store = store;
    this.classes = classes;
    this.centralIsThere = centralIsThere;
    this.window = window;
    classes.forEach(queue -> store.onReady(queue, () -> wake.run()));
  }

  /**
   * What goes before everything else: urgent items, then the latest ones.
   *
   * @param window how much of a class may be in the queue at a time
   */
  public static UplinkOutbox urgent(
      UplinkStore store, BooleanSupplier centralIsThere, Window window) {
    return new UplinkOutbox(
        store, List.of(UplinkClass.URGENT, UplinkClass.LATEST), centralIsThere, window);
  }

  /** All others. */
  public static UplinkOutbox normal(UplinkStore store, Window window) {
    return new UplinkOutbox(store, List.of(UplinkClass.NORMAL), () -> true, window);
  }

  @Override
  public List<Entry> claim(int max) {
    for (UplinkClass queue : classes) {
      if (queue != UplinkClass.LATEST || centralIsThere.getAsBoolean()) {
        List<Entry> items = claim(queue, max);
        if (!items.isEmpty()) {
          return items;
        }
      }
    }
    return List.of();
  }

  private List<Entry> claim(UplinkClass queue, int max) {
    UplinkQueued queued = store.queued(queue);
    if (queued.items() > 0 && store.pulse().silent(queue)) {
      store.publishAgain(queue);
      queued = new UplinkQueued(0, 0);
    }
    long items = Math.min(max, window.items() - queued.items());
    long bytes = Math.min(BATCH, window.bytes() - queued.bytes());
    return items <= 0 || bytes <= 0 ? List.of() : store.unpublished(queue, (int) items, bytes);
  }

  @Override
  public void done(List<Entry> entries) {
    store.published(entries.stream().map(entry -> Long.valueOf(entry.id())).toList());
  }

  @Override
  public void onReady(Runnable newWake) {
    this.wake = newWake;
  }
}
