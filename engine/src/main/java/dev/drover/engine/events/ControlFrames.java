package dev.drover.engine.events;

import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;

/** Makes and queues the frames that the hub itself sends: connected, resync_required, ping. */
final class ControlFrames {
  private final Clock clock;
  private final EventHubSettings settings;

  ControlFrames(Clock clock, EventHubSettings settings) {
    this.clock = clock;
    this.settings = settings;
  }

  /**
   * The id that {@code connected} carries when the cursor was refused: the client's own, so that a
   * cut before {@code resync_required} arrives does not move it past what it missed.
   *
   * @return the client's cursor, the start when it sent none, or null when it is not fit to repeat
   */
  static String shown(String sent, EventId start) {
    if (sent == null || sent.isEmpty()) {
      return start == null ? null : start.toString();
    }
    return sent.length() <= 128 && sent.matches("[A-Za-z0-9._:-]+") ? sent : null;
  }

  void connected(EventStream stream, EventId cursor, String id, int retryMillis) {
    String heartbeat =
        settings.heartbeatSeconds() > 0
            ? ",\"heartbeat_seconds\":" + settings.heartbeatSeconds()
            : "";
    String data =
        "{\"connection_id\":\""
            + stream.connectionId()
            + "\",\"server_time\":\""
            + clock.instant()
            + "\""
            + heartbeat
            + "}";
    Object frame = stream.sink().encoding().encode("connected", id, utf8(data), retryMillis);
    submit(stream, frame, cursor);
    if (!stream.request().maxWait().isZero()) {
      endAfterMaxWait(stream);
    }
  }

  /** Tells why, and since when the client may have missed something: its last cursor or null. */
  void resync(EventStream stream, EventId at, String reason, String since) {
    String quoted = since != null ? "\"" + since + "\"" : "null";
    String safeReason = reason.replaceAll("[^A-Za-z0-9 ._:-]", "_");
    String data = "{\"reason\":\"" + safeReason + "\",\"since\":" + quoted + "}";
    submit(
        stream,
        stream.sink().encoding().encode("resync_required", at.toString(), utf8(data), 0),
        at);
  }

  /**
   * Sends every stream of a kind one event that carries the stream's own cursor.
   *
   * @return the number of streams
   */
  int broadcast(
      PartitionStreams[] partitions,
      Collection<EventStream> streams,
      String transport,
      String type,
      byte[] data) {
    int count = 0;
    for (PartitionStreams partition : partitions) {
      count += submitLive(partition, transport, type, data);
    }
    for (EventStream stream : streams) {
      if (!stream.live()
          && stream.cursor() != null
          && transport.equals(stream.sink().encoding().transport())) {
        submit(stream, type, data);
        count++;
      }
    }
    return count;
  }

  /**
   * Queues an event for the live streams of a partition, with the live end as its id.
   *
   * @return the number of streams
   */
  private int submitLive(PartitionStreams partition, String transport, String type, byte[] data) {
    int count = 0;
    partition.lock.lock();
    try {
      EventId end = partition.endId();
      for (StreamGroups.Group[] groups : partition.live.all()) {
        for (StreamGroups.Group group : groups) {
          if (transport.equals(group.encoding().transport())) {
            submitAll(group, end, type, data);
            count += group.streams().length;
          }
        }
      }
    } finally {
      partition.lock.unlock();
    }
    return count;
  }

  /** One frame for all streams of a group that stand at the live end. */
  private void submitAll(StreamGroups.Group group, EventId end, String type, byte[] data) {
    Object shared = group.encoding().encode(type, end.toString(), data, 0);
    EventStream[] streams = group.streams();
    group
        .outbox()
        .submit(
            (outbox, last) -> {
              for (EventStream stream : streams) {
                EventId id = stream.pingCursor(end);
                if (id == end) {
                  stream.control(shared, end, data.length);
                } else {
                  own(stream, id, type, data);
                }
              }
              ReferenceCountUtil.release(shared);
            });
  }

  /** A frame that carries the stream's own cursor. */
  private void submit(EventStream stream, String type, byte[] data) {
    stream
        .sink()
        .outbox()
        .submit((outbox, last) -> own(stream, stream.pingCursor(null), type, data));
  }

  private void own(EventStream stream, EventId id, String type, byte[] data) {
    Object frame = stream.sink().encoding().encode(type, id.toString(), data, 0);
    stream.control(frame, id, data.length);
    ReferenceCountUtil.release(frame);
  }

  private void submit(EventStream stream, Object frame, EventId cursor) {
    stream
        .sink()
        .outbox()
        .submit(
            (outbox, last) -> {
              stream.control(frame, cursor, 256);
              ReferenceCountUtil.release(frame);
            });
  }

  private static void endAfterMaxWait(EventStream stream) {
    long millis = stream.request().maxWait().toMillis();
    Outbox outbox = stream.sink().outbox();
    outbox
        .thread()
        .schedule(
            () ->
                outbox.submit(
                    (o, last) -> {
                      if (!stream.closed()) {
                        stream.flushDirty();
                        stream.close();
                        stream.sink().end();
                      }
                    }),
            millis,
            java.util.concurrent.TimeUnit.MILLISECONDS);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
