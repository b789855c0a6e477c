package dev.drover.engine.events;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the streams of one partition that stand behind its live end up to it. All that wait share
 * one scan, from the lowest position on; each gets its own key from its own position. A stream
 * whose socket is slower than the scan leaves it and comes back when it has drained, so a backlog
 * waits in the log and never in memory.
 */
final class CatchUp implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);
  private static final long LOCKED_TAIL_BYTES = 64 * 1024;
  private static final long FOREVER = Long.MAX_VALUE / 4;
  private static final Duration POLL = Duration.ofMillis(200);

  /** What the readers of all partitions share. */
  record Shared(
      EventLog log,
      EventHubSettings settings,
      HubCounters counters,
      Resyncs resyncs,
      Executor executor) {}

  private final Shared shared;
  private final PartitionStreams partition;
  private final long batchBytes;
  private final Deque<EventStream> waiting = new ArrayDeque<>();
  private boolean scheduled;

  CatchUp(Shared shared, PartitionStreams partition) {
    this.shared = shared;
    this.partition = partition;
    this.batchBytes = Math.min(256 * 1024, shared.settings().maxPendingBytes() / 2);
  }

  /** Queues a stream; it joins the running scan if that has not passed its position. */
  void join(EventStream stream) {
    if (partition.retired()) {
      return;
    }
    synchronized (waiting) {
      waiting.add(stream);
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    shared.executor().execute(this);
  }

  /**
   * On a reader's thread: a live stream leaves the live end, and joins again when it has drained.
   */
  void demote(EventStream stream) {
    partition.lock.lock();
    try {
      partition.live.remove(stream);
      stream.position = partition.end();
    } finally {
      partition.lock.unlock();
    }
    stream
        .sink()
        .outbox()
        .submit((outbox, last) -> outbox.whenDrained(stream, FOREVER, () -> join(stream)));
  }

  @Override
  public void run() {
    while (!partition.retired()) {
      Scan scan = new Scan();
      synchronized (waiting) {
        if (waiting.isEmpty()) {
          scheduled = false;
          return;
        }
        scan.admit(waiting, 0);
        waiting.clear();
      }
      try {
        scan.run();
      } catch (RuntimeException e) {
        LOG.warn("catch-up scan of partition {} broke off", partition.partition, e);
        scan.abort();
      }
    }
  }

  /** One pass over the log for the streams that are in it. */
  private final class Scan {
    private final StreamGroups groups = new StreamGroups();
    private final List<EventStream> streams = new ArrayList<>();
    private EventLogReader reader;
    private long position = Long.MAX_VALUE;

    void admit(Collection<EventStream> arrivals, long from) {
      for (EventStream stream : arrivals) {
        if (stream.position >= from && !stream.closed()) {
          streams.add(stream);
          groups.add(stream);
          position = Math.min(position, Math.max(stream.position, from));
        }
      }
    }

    void run() {
      try {
        checkBeginning();
        while (!streams.isEmpty() && !partition.retired() && !finish()) {
          step();
        }
      } catch (CursorExpiredException e) {
        expireAll();
      } finally {
        closeReader();
      }
    }

    void abort() {
      streams.forEach(s -> s.sink().outbox().submit((outbox, last) -> s.abort()));
    }

    private void step() {
      List<LogEvent> batch = next();
      for (LogEvent event : batch) {
        StreamGroups.fanOut(groups.of(event.key()), null, event, shared.counters().delivered);
      }
      streams.forEach(s -> s.position = Math.max(s.position, position));
      List<EventStream> touched = touchedBy(batch);
      Settling settling = new Settling(shared.settings().stallTimeout(), touched, s -> join(s));
      leave(settling.await());
      leaveClosed();
      admitArrivals();
    }

    private void admitArrivals() {
      synchronized (waiting) {
        List<EventStream> fit = waiting.stream().filter(s -> s.position >= position).toList();
        waiting.removeAll(fit);
        long at = position;
        admit(fit, at);
        position = at;
      }
    }

    /** The next events in order; moves the position past them. */
    private List<LogEvent> next() {
      List<LogEvent> batch = List.of();
      partition.lock.lock();
      boolean recent = partition.ring.covers(position);
      try {
        if (recent) {
          batch = partition.ring.after(position, batchBytes);
        }
      } finally {
        partition.lock.unlock();
      }
      if (!recent) {
        return read();
      }
      closeReader();
      if (!batch.isEmpty()) {
        position = batch.get(batch.size() - 1).id().position();
      }
      return batch;
    }

    private List<LogEvent> read() {
      if (reader == null) {
        shared.counters().logScans.increment();
        reader = shared.log().open(partition.epoch, Map.of(partition.partition, position));
      }
      List<LogEvent> batch = reader.poll(POLL);
      position = reader.position(partition.partition);
      return batch;
    }

    /** When all that is missing is a short tail of the ring: hand it out and go live. */
    private boolean finish() {
      partition.lock.lock();
      try {
        if (partition.retired()) {
          return true;
        }
        if (!partition.ring.covers(position)) {
          return false;
        }
        long bytes = Math.min(LOCKED_TAIL_BYTES, batchBytes);
        List<LogEvent> tail = partition.ring.after(position, bytes);
        if (!tail.isEmpty() && tail.get(tail.size() - 1).id().position() < partition.end()) {
          return false;
        }
        for (LogEvent event : tail) {
          StreamGroups.fanOut(groups.of(event.key()), null, event, shared.counters().delivered);
        }
        for (Map.Entry<String, List<EventStream>> e : byKey().entrySet()) {
          partition.goLive(e.getKey(), e.getValue());
        }
        return true;
      } finally {
        partition.lock.unlock();
      }
    }

    private Map<String, List<EventStream>> byKey() {
      return streams.stream().collect(Collectors.groupingBy(s -> s.request().key()));
    }

    private List<EventStream> touchedBy(List<LogEvent> batch) {
      List<EventStream> touched = new ArrayList<>();
      batch.stream()
          .map(LogEvent::key)
          .distinct()
          .forEach(
              key -> {
                for (StreamGroups.Group group : groups.of(key)) {
                  touched.addAll(List.of(group.streams()));
                }
              });
      return touched;
    }

    private void leave(Collection<EventStream> slow) {
      slow.forEach(groups::remove);
      streams.removeAll(slow.size() > 8 ? new HashSet<>(slow) : slow);
    }

    private void leaveClosed() {
      leave(streams.stream().filter(EventStream::closed).toList());
    }

    private void checkBeginning() {
      partition.lock.lock();
      try {
        if (partition.ring.covers(position)) {
          return;
        }
      } finally {
        partition.lock.unlock();
      }
      long beginning = shared.log().beginning(partition.partition);
      List<EventStream> expired = streams.stream().filter(s -> s.position < beginning).toList();
      expired.forEach(s -> shared.resyncs().send(partition, s, "cursor_expired"));
      leave(expired);
      position = streams.stream().mapToLong(s -> s.position).min().orElse(beginning);
    }

    private void expireAll() {
      // the log was cut under the scan: whoever stood before the cut cannot be served in full
      streams.forEach(s -> shared.resyncs().send(partition, s, "cursor_expired"));
    }

    private void closeReader() {
      if (reader != null) {
        reader.close();
        reader = null;
      }
    }
  }
}
