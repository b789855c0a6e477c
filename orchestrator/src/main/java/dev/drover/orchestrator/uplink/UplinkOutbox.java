package dev.drover.orchestrator.uplink;

import dev.drover.engine.outbox.OutboxSource;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Accepted items on their way into one queue, in the order of their numbers. Only so many are in
 * the queue at a time, and the others wait in the store: a broker keeps the order only while it is
 * not told to wait by its reader, and a reader holds in memory what it was sent. Those of class
 * {@code latest} wait here, where a newer one can take their place, until they can go at once.
 */
public final class UplinkOutbox implements OutboxSource {
  private final UplinkStore store;
  private final List<UplinkClass> classes;
  private final BooleanSupplier centralIsThere;
  private final int window;
  private volatile Runnable wake = () -> {};

  private UplinkOutbox(
      UplinkStore store, List<UplinkClass> classes, BooleanSupplier centralIsThere, int window) {
    this.store = store;
    this.classes = classes;
    this.centralIsThere = centralIsThere;
    this.window = window;
    store.onReady(() -> wake.run());
  }

  /**
   * What goes before everything else: urgent items, then the latest ones.
   *
   * @param window how many items of a class may be in the queue at a time
   */
  public static UplinkOutbox urgent(UplinkStore store, BooleanSupplier centralIsThere, int window) {
    return new UplinkOutbox(
        store, List.of(UplinkClass.URGENT, UplinkClass.LATEST), centralIsThere, window);
  }

  /** All others. */
  public static UplinkOutbox normal(UplinkStore store, int window) {
    return new UplinkOutbox(store, List.of(UplinkClass.NORMAL), () -> true, window);
  }

  @Override
  public List<Entry> claim(int max) {
    for (UplinkClass queue : classes) {
      if (queue != UplinkClass.LATEST || centralIsThere.getAsBoolean()) {
        int room = (int) Math.max(0, window - store.queued(queue));
        List<Entry> items = store.unpublished(queue, Math.min(max, room));
        if (!items.isEmpty()) {
          return items;
        }
      }
    }
    return List.of();
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
