package dev.drover.engine.events;

import java.util.ArrayList;
import java.util.List;

/**
 * What a fan-out route hands over for one event of the log. It waits here until the route has
 * ended, and is then queued for the streams in one step with the new live position. So a slow step
 * of the route holds up later events only: streams are opened, caught up and closed meanwhile.
 */
public final class FanOut {
  /** Property of the exchange: the fan-out of its event. */
  public static final String PROPERTY = "DroverFanOut";

  record Delivery(String transport, LogEvent event) {}

  private final List<Delivery> deliveries = new ArrayList<>();

  /**
   * Hands an event over.
   *
   * @param transport only for streams of this kind: {@code sse}, {@code ws}, …
   */
  public synchronized void add(String transport, LogEvent event) {
    deliveries.add(new Delivery(transport, event));
  }

  synchronized List<Delivery> deliveries() {
    return List.copyOf(deliveries);
  }
}
