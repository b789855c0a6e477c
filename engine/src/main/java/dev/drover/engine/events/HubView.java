package dev.drover.engine.events;

import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * One incarnation of the log as the hub serves it; replaced as a whole when the log is.
 *
 * @param state which log this is
 * @param partitions its streams, by partition
 * @param catchUps its catch-up readers, by partition
 */
record HubView(LogState state, PartitionStreams[] partitions, CatchUp[] catchUps) {
  /** A view without streams, whose rings share {@code ringBytes}. */
  static HubView of(EventHub hub, LogState state, long ringBytes, Executor readers) {
    int count = state.partitions();
    PartitionStreams[] partitions = new PartitionStreams[count];
    CatchUp[] catchUps = new CatchUp[count];
    for (int p = 0; p < count; p++) {
      long end = state.ends().get(p);
      partitions[p] =
          new PartitionStreams(p, state.epoch(), end, ringBytes / count, hub.log().kept());
      catchUps[p] = new CatchUp(hub, partitions[p], readers);
    }
    return new HubView(state, partitions, catchUps);
  }

  EventId live(String key) {
    PartitionStreams partition = partitions[state.partitionFor(key)];
    return new EventId(state.epoch(), partition.partition, partition.end());
  }

  Optional<LogEvent> recent(EventId id) {
    if (id.partition() >= partitions.length) {
      return Optional.empty();
    }
    PartitionStreams partition = partitions[id.partition()];
    partition.lock.lock();
    try {
      return Optional.ofNullable(partition.ring.at(id.position()))
          .filter(event -> event.id().equals(id));
    } finally {
      partition.lock.unlock();
    }
  }
}
