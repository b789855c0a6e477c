package dev.drover.engine.events;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Opens streams: {@code connected} first, then what the cursor misses, then live events. */
final class StreamStart {
  private final EventLog log;
  private final EventHubSettings settings;
  private final OpenStreams streams;
  private final ControlFrames frames;
  private final Resyncs resyncs;
  private final Clock clock;

  StreamStart(
      EventLog log,
      EventHubSettings settings,
      OpenStreams streams,
      ControlFrames frames,
      Resyncs resyncs,
      Clock clock) {
    this.log = log;
    this.settings = settings;
    this.streams = streams;
    this.frames = frames;
    this.resyncs = resyncs;
    this.clock = clock;
  }

  /** Opens a stream in a log that is not replaced meanwhile. */
  EventStream open(HubView view, EventSink sink, StreamRequest request) {
    EventStream stream =
        new EventStream(
            streams.home(), request, sink, "conn-" + UUID.randomUUID(), clock.instant());
    PartitionStreams partition = view.partition(request.key());
    Optional<EventId> cursor = EventId.parse(request.cursor());
    String refusal = Cursors.refusal(log, partition, request, cursor);
    int retry = retryMillis();
    partition.lock.lock();
    try {
      EventId start = refusal == null && cursor.isPresent() ? cursor.get() : partition.endId();
      stream.start(start);
      streams.admit(stream);
      String shown =
          refusal == null ? start.toString() : ControlFrames.shown(request.cursor(), start);
      frames.connected(stream, start, shown, retry);
      if (refusal != null) {
        resyncs.send(partition, stream, refusal, ControlFrames.shown(request.cursor(), null));
      } else if (start.position() >= partition.end()) {
        partition.goLive(request.key(), List.of(stream));
      } else {
        view.catchUp(request.key()).join(stream);
      }
    } finally {
      partition.lock.unlock();
    }
    return stream;
  }

  private int retryMillis() {
    long jitter = settings.retryJitter().toMillis();
    long extra = jitter > 0 ? ThreadLocalRandom.current().nextLong(jitter + 1) : 0;
    return (int) (settings.retry().toMillis() + extra);
  }
}
