package dev.drover.engine.events;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.Set;

/** The most streams that one owner may hold under one key. */
final class StreamLimit {
  private static final int RETRY_AFTER_SECONDS = 30;

  private final EventHubSettings settings;

  StreamLimit(EventHubSettings settings) {
    this.settings = settings;
  }

  /** Adds a stream, or refuses it with RATE_LIMIT_EXCEEDED. */
  synchronized void admit(Set<EventStream> streams, EventStream stream) {
    int most = settings.maxStreams();
    if (most > 0) {
      long held = streams.stream().filter(s -> same(s, stream)).count();
      if (held >= most) {
        throw new ProtocolException(
            ErrorCode.RATE_LIMIT_EXCEEDED,
            "this caller holds " + held + " event streams already",
            Map.of("max_streams", most, "retry_after_seconds", RETRY_AFTER_SECONDS));
      }
    }
    streams.add(stream);
  }

  private boolean same(EventStream a, EventStream b) {
    return a.request().key().equals(b.request().key()) && owner(a).equals(owner(b));
  }

  private Object owner(EventStream stream) {
    return stream.request().attributes().getOrDefault(settings.ownerAttribute(), "");
  }
}
