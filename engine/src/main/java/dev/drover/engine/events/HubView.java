package dev.drover.engine.events;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One incarnation of the log as the hub serves it; replaced as a whole when the log is.
 *
 * @param state which log this is
 * @param partitions its streams, by partition
 * @param catchUps its catch-up readers, by partition
 */
record HubView(LogState state, PartitionStreams[] partitions, CatchUp[] catchUps) {
  /**
   * A view without streams.
   *
   * @param ringBytes what the rings of all partitions share
   * @param kept how long the log keeps an event
   * @param catchUp makes the reader of a partition
   */
  static HubView of(
      LogState state, long ringBytes, Duration kept, Function<PartitionStreams, CatchUp> catchUp) {
    int count = state.partitions();
    PartitionStreams[] partitions = new PartitionStreams[count];
    CatchUp[] catchUps = new CatchUp[count];
    for (int p = 0; p < count; p++) {
      long end = state.ends().get(p);
      partitions[p] = new PartitionStreams(p, state.epoch(), end, ringBytes / count, kept);
      catchUps[p] = catchUp.apply(partitions[p]);
    }
    return new HubView(state, partitions, catchUps);
  }

  /** The partition of a key. */
  PartitionStreams partition(String key) {
    return partitions[state.partitionFor(key)];
  }

  /** The catch-up reader of a key. */
  CatchUp catchUp(String key) {
    return catchUps[state.partitionFor(key)];
  }

  /** The offset that the live reader reads next, by partition. */
  Map<Integer, Long> livePositions() {
    Map<Integer, Long> positions = new HashMap<>();
    for (PartitionStreams p : partitions) {
      positions.put(p.partition, p.end());
    }
    return positions;
  }

  /** No event goes to a stream of this view any more, once one that is on its way has ended. */
  void retire() {
    for (PartitionStreams partition : partitions) {
      partition.lock.lock();
      try {
        partition.retire();
      } finally {
        partition.lock.unlock();
      }
    }
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
