package dev.drover.engine.events;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The live end of one partition, the events just before it, and the streams that stand at it. The
 * lock is held while an event is queued for the streams and while a stream goes live, so no event
 * falls between the two. No event loop ever waits for it, and no step of a route runs under it.
 */
final class PartitionStreams {
  final int partition;
  final String epoch;
  final ReentrantLock lock = new ReentrantLock();
  final StreamGroups live = new StreamGroups();
  final EventRing ring;
  private volatile long end;
  private volatile boolean retired;

  PartitionStreams(int partition, String epoch, long end, long ringBytes, Duration kept) {
    this.partition = partition;
    this.epoch = epoch;
    this.end = end;
    this.ring = new EventRing(end, ringBytes, kept);
  }

  /** The live position. */
  long end() {
    return end;
  }

  EventId endId() {
    return new EventId(epoch, partition, end);
  }

  /** Whether the log was replaced and this partition is history. */
  boolean retired() {
    return retired;
  }

  void retire() {
    retired = true;
  }

  /** Under the lock: an event is behind us. */
  void advance(LogEvent event) {
    ring.add(event);
    end = event.id().position();
  }

  /** Under the lock: these streams of one key have everything up to the live end. */
  void goLive(String key, List<EventStream> streams) {
    streams.forEach(s -> s.setLive(true));
    live.addAll(key, streams);
    for (EventStream stream : streams) {
      if (stream.closed()) {
        live.remove(stream);
      }
    }
  }
}
