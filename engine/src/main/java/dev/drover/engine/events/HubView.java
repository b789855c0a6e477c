package dev.drover.engine.events;

import java.util.Optional;

/**
 * One incarnation of the log as the hub serves it; replaced as a whole when the log is.
 *
 * @param state which log this is
 * @param partitions its streams, by partition
 * @param catchUps its catch-up readers, by partition
 */
record HubView(LogState state, PartitionStreams[] partitions, CatchUp[] catchUps) {
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
