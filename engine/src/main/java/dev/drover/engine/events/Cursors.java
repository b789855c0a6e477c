package dev.drover.engine.events;

import java.util.Optional;

/** Judges the cursors that clients send, and says where a stream stands. */
final class Cursors {
  private Cursors() {}

  /** Why a stream must resync, or null when its cursor can be served; may ask the log. */
  static String refusal(
      EventLog log, PartitionStreams partition, StreamRequest request, Optional<EventId> cursor) {
    if (request.resyncReason() != null && !request.resyncReason().isEmpty()) {
      return request.resyncReason();
    }
    if (request.cursor() == null || request.cursor().isEmpty()) {
      return null;
    }
    boolean ours =
        cursor.isPresent()
            && cursor.get().epoch().equals(partition.epoch)
            && cursor.get().partition() == partition.partition;
    if (!ours) {
      return "cursor_unknown";
    }
    // another instance may be a moment ahead of this one: only the log itself knows its end
    long position = cursor.get().position();
    boolean known = position <= partition.end() || position <= log.end(partition.partition);
    return known ? null : "cursor_unknown";
  }

  /** A snapshot of a stream that belongs to a partition. */
  static StreamInfo info(PartitionStreams partition, EventStream stream) {
    EventId cursor = stream.cursor();
    EventId end = partition.endId();
    if (stream.live() && !stream.paused() && stream.sink().outbox().idle()) {
      cursor = cursor == null || cursor.position() < end.position() ? end : cursor;
    }
    return new StreamInfo(
        stream.connectionId(),
        stream.sink().encoding().transport(),
        stream.request().key(),
        stream.request().attributes(),
        String.valueOf(cursor),
        cursor == null ? 0 : Math.max(0, end.position() - cursor.position()),
        stream.live(),
        stream.since());
  }
}
