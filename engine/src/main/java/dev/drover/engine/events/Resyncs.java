package dev.drover.engine.events;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Tells streams to resync, because what they have missed cannot be given to them any more. */
final class Resyncs {
  private final ControlFrames frames;
  private final LongAdder count;

  Resyncs(ControlFrames frames, LongAdder count) {
    this.frames = frames;
    this.count = count;
  }

  /** Tells every stream that another log is served now. */
  void sendAll(HubView view, Collection<EventStream> streams) {
    for (EventStream stream : streams) {
      stream.setLive(false);
      send(view.partition(stream.request().key()), stream, "log_replaced");
    }
  }

  /** Tells an open stream to resync from its cursor and lets it go on live. */
  void send(PartitionStreams partition, EventStream stream, String reason) {
    EventId last = stream.cursor();
    String since =
        last != null ? last.toString() : ControlFrames.shown(stream.request().cursor(), null);
    send(partition, stream, reason, since);
  }

  /** The same, from what is shown as its last cursor; null when that is not known. */
  void send(PartitionStreams partition, EventStream stream, String reason, String since) {
    partition.lock.lock();
    try {
      count.increment();
      frames.resync(stream, partition.endId(), reason, since);
      partition.goLive(stream.request().key(), List.of(stream));
    } finally {
      partition.lock.unlock();
    }
  }
}
