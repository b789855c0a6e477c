package dev.drover.engine.events;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the events of the log through their delivery, and queues them for the live streams. */
final class Dispatch {
  private static final Logger LOG = LoggerFactory.getLogger(EventHub.class);

  private final HubCounters counters;
  private final Outboxes outboxes;

  Dispatch(HubCounters counters, Outboxes outboxes) {
    this.counters = counters;
    this.outboxes = outboxes;
  }

  /** One event, after all before it in its partition; one that was there before is left out. */
  void run(HubView current, LogEvent event, DeliverStep step) {
    EventId id = event.id();
    if (!id.epoch().equals(current.state().epoch())) {
      return;
    }
    PartitionStreams partition = current.partitions()[id.partition()];
    if (id.position() <= partition.end()) {
      return;
    }
    outboxes.awaitRoom();
    counters.dispatched.increment();
    FanOut fanOut = new FanOut();
    Exception failure = null;
    try {
      step.deliver(event, fanOut);
    } catch (Exception e) {
      failure = e;
    }
    partition.lock.lock();
    try {
      if (partition.retired()) {
        return;
      }
      failure = failure == null ? queue(current, fanOut) : failure;
      if (failure != null) {
        counters.failedDispatches.increment();
        LOG.warn("delivery of {} failed, the streams of {} are cut", id, event.key(), failure);
        partition.live.removeAll(event.key()).forEach(OpenStreams::abort);
      }
      partition.advance(event);
    } finally {
      partition.lock.unlock();
    }
  }

  /** Queues what was handed over; returns what failed, or null. */
  private Exception queue(HubView current, FanOut fanOut) {
    try {
      fanOut.deliveries().forEach(one -> deliver(current, one.transport(), one.event()));
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** Queues an event for the live streams of its key; returns for how many. */
  int deliver(HubView current, String transport, LogEvent event) {
    int partition =
        event.id() == null ? current.state().partitionFor(event.key()) : event.id().partition();
    if (partition >= current.partitions().length) {
      return 0;
    }
    return StreamGroups.fanOut(
        current.partitions()[partition].live.of(event.key()), transport, event, counters.delivered);
  }
}
