package dev.drover.engine.events;

import dev.drover.engine.crypto.Principal;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the events of the log to the streams of this process: each stream gets the events of its
 * key after its cursor, in order, once, with no gap (ARCHITECTURE section 5). One hub per process;
 * the components {@code event-log}, {@code sse} and {@code ws} meet in it.
 */
public final class EventHub implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventHub.class);

  private final EventLog log;
  private final EventHubSettings settings;
  private final Clock clock;
  private final ByteBudget budget;
  private final ControlFrames frames;
  private final StreamLimit limit;
  private final HubCounters counters = new HubCounters();
  private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
  private final Map<ScheduledExecutorService, Outbox> outboxes = new ConcurrentHashMap<>();
  private final ReentrantReadWriteLock viewLock = new ReentrantReadWriteLock();
  private final ExecutorService readers;
  private final StreamRights rights;
  private final Shortage shortage = new Shortage(streams);
  private volatile HubView view;
  private volatile boolean closed;

  /** A hub with a budget of its own, a quarter of the heap. */
  public EventHub(EventLog log, EventHubSettings settings, Clock clock) {
    this(log, settings, clock, ByteBudget.ofHeap());
  }

  /**
   * A hub that is ready once {@link #open} told it where the log stands.
   *
   * @param budget what waits unsent for slow readers is taken from it
   */
  public EventHub(EventLog log, EventHubSettings settings, Clock clock, ByteBudget budget) {
    this.log = log;
    this.settings = settings;
    this.clock = clock;
    this.budget = budget;
    this.frames = new ControlFrames(clock, settings);
    this.limit = new StreamLimit(settings);
    this.rights = new StreamRights(streams, clock);
    this.readers =
        Executors.newFixedThreadPool(
            settings.catchUpReaders(),
            task -> {
              Thread thread = new Thread(task, "event-catch-up");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The log behind this hub. */
  public EventLog log() {
    return log;
  }

  /** The clock of timestamps in frames and answers. */
  public Clock clock() {
    return clock;
  }

  /** Whether streams can be opened: the log's positions are known. */
  public boolean ready() {
    return view != null && !closed;
  }

  /**
   * Tells the hub which log it serves. The first call begins at the log's end; a later call with
   * the same epoch changes nothing; one with another epoch tells every stream to resync.
   */
  public void open(LogState state) {
    HubView before = view;
    if (before == null || !before.state().epoch().equals(state.epoch())) {
      reopen(state);
    }
  }

  /** Begins again at the log's end, whatever was before, and tells every stream to resync. */
  public void reopen(LogState state) {
    viewLock.writeLock().lock();
    try {
      HubView before = view;
      HubView next = HubView.of(this, state, settings.ringBytes(), readers);
      view = next;
      if (before != null) {
        LOG.warn("event log {} begins anew, epoch {}: all resync", log.name(), state.epoch());
        for (PartitionStreams old : before.partitions()) {
          old.lock.lock();
          old.retire();
          old.lock.unlock();
        }
        for (EventStream stream : streams) {
          stream.setLive(false);
          resync(next.partitions()[state.partitionFor(key(stream))], stream, "log_replaced");
        }
      }
    } finally {
      viewLock.writeLock().unlock();
    }
  }

  /** The epoch of the log that is served. */
  public String epoch() {
    return readyView().state().epoch();
  }

  /** The offset that the live reader reads next, by partition. */
  public Map<Integer, Long> livePositions() {
    Map<Integer, Long> positions = new HashMap<>();
    for (PartitionStreams p : readyView().partitions()) {
      positions.put(p.partition, p.end());
    }
    return positions;
  }

  /** The live end of a key's partition: the cursor of a stream that has seen everything. */
  public EventId live(String key) {
    return readyView().live(key);
  }

  /** An event that this process still remembers; older ones are in the log. */
  public Optional<LogEvent> recent(EventId id) {
    return readyView().recent(id);
  }

  /**
   * Runs one event of the log through its delivery; called by the live reader in order of each
   * partition. When the delivery fails, the streams of the event's key are cut: their cursors bring
   * them back to it.
   */
  public void dispatch(LogEvent event, DeliverStep step) {
    HubView current = readyView();
    EventId id = event.id();
    if (!id.epoch().equals(current.state().epoch())) {
      return;
    }
    PartitionStreams partition = current.partitions()[id.partition()];
    outboxes.values().forEach(Outbox::awaitRoom);
    partition.lock.lock();
    try {
      if (partition.retired() || id.position() <= partition.end()) {
        return;
      }
      counters.dispatched.increment();
      try {
        step.deliver(event);
      } catch (Exception e) {
        counters.failedDispatches.increment();
        LOG.warn("delivery of {} failed, the streams of {} are cut", id, event.key(), e);
        partition.live.removeAll(event.key()).forEach(this::abort);
      }
      partition.advance(event);
    } finally {
      partition.lock.unlock();
    }
  }

  /**
   * Queues an event for the live streams of its key.
   *
   * @param transport only streams of this kind: {@code sse}, {@code ws}, …
   * @param event the event; without an id it leaves the cursors where they are
   * @return the number of streams it was queued for
   */
  public int deliver(String transport, LogEvent event) {
    HubView current = readyView();
    int partition =
        event.id() == null ? current.state().partitionFor(event.key()) : event.id().partition();
    if (partition >= current.partitions().length) {
      return 0;
    }
    return StreamGroups.fanOut(
        current.partitions()[partition].live.of(event.key()), transport, event, counters.delivered);
  }

  /**
   * Sends every stream of a kind one event that carries the stream's own cursor.
   *
   * @return the number of streams
   */
  public int broadcast(String transport, String type, byte[] data) {
    int count = 0;
    for (PartitionStreams partition : readyView().partitions()) {
      count += frames.submitLive(partition, transport, type, data);
    }
    for (EventStream stream : streams) {
      if (!stream.live()
          && stream.cursor() != null
          && transport.equals(stream.sink().encoding().transport())) {
        frames.submit(stream, type, data);
        count++;
      }
    }
    return count;
  }

  /** Sends {@code ping} to every stream of a kind (document 1, section 2.6). */
  public int ping(String transport) {
    byte[] data = ("{\"timestamp\":\"" + clock.instant() + "\"}").getBytes(StandardCharsets.UTF_8);
    return broadcast(transport, "ping", data);
  }

  /**
   * Opens a stream: {@code connected} first, then what the cursor misses, then live events.
   *
   * @throws ProtocolException RATE_LIMIT_EXCEEDED when the owner has too many streams,
   *     NETWORK_TIMEOUT while the log is not known yet
   */
  public EventStream attach(EventSink sink, StreamRequest request) {
    viewLock.readLock().lock();
    try {
      HubView current = readyView();
      EventStream stream =
          new EventStream(this, request, sink, "conn-" + UUID.randomUUID(), clock.instant());
      PartitionStreams partition =
          current.partitions()[current.state().partitionFor(request.key())];
      Optional<EventId> cursor = EventId.parse(request.cursor());
      String refusal = Cursors.refusal(log, partition, request, cursor);
      int retry = retryMillis();
      partition.lock.lock();
      try {
        EventId start = refusal == null && cursor.isPresent() ? cursor.get() : partition.endId();
        stream.start(start);
        limit.admit(streams, stream);
        String shown =
            refusal == null ? start.toString() : ControlFrames.shown(request.cursor(), start);
        frames.connected(stream, start, shown, retry);
        if (refusal != null) {
          String since = ControlFrames.shown(request.cursor(), null);
          resync(partition, stream, refusal, since);
        } else if (start.position() >= partition.end()) {
          partition.goLive(request.key(), List.of(stream));
        } else {
          current.catchUps()[partition.partition].join(stream);
        }
      } finally {
        partition.lock.unlock();
      }
      return stream;
    } finally {
      viewLock.readLock().unlock();
    }
  }

  /** All open streams. */
  public List<StreamInfo> connections() {
    HubView current = view;
    return current == null
        ? List.of()
        : streams.stream()
            .map(s -> Cursors.info(current.partitions()[current.state().partitionFor(key(s))], s))
            .toList();
  }

  /** The counters since the start. */
  public HubStats stats() {
    return new HubStats(
        streams.size(),
        (int) streams.stream().filter(s -> !s.live()).count(),
        counters.dispatched.sum(),
        counters.delivered.sum(),
        counters.slowDropped.sum(),
        counters.failedDispatches.sum(),
        counters.logScans.sum(),
        counters.resyncs.sum());
  }

  /** The outbox of an event loop, or of another single thread that writes streams. */
  public Outbox outbox(ScheduledExecutorService thread) {
    return outboxes.computeIfAbsent(thread, Outbox::new);
  }

  /** Cuts the streams of a kind, e.g. because their endpoint stops. */
  public void abortAll(String transport) {
    streams.stream()
        .filter(s -> transport.equals(s.sink().encoding().transport()))
        .forEach(this::abort);
  }

  /**
   * Ends the streams of these callers at once, because a token, an orchestrator, an entity or a
   * signing key was revoked: SSE by abort, WebSocket 1008, gRPC UNAUTHENTICATED.
   *
   * @return how many streams there were
   */
  public int endStreams(Predicate<Principal> whose, String reason) {
    return rights.end(whose, reason);
  }

  /**
   * Asks this once a second of each open stream's caller; a stream whose caller no longer has its
   * right is ended, also one that was opened while the right was being taken away. It must not
   * block.
   */
  public void checkRights(Predicate<Principal> stillHolds) {
    rights.check(stillHolds);
  }

  /** Cuts all streams and ends. */
  @Override
  public void close() {
    closed = true;
    rights.close();
    streams.forEach(this::abort);
    HubView current = view;
    if (current != null) {
      Arrays.stream(current.partitions()).forEach(PartitionStreams::retire);
    }
    readers.shutdown();
    try {
      if (!readers.awaitTermination(2, TimeUnit.SECONDS)) {
        readers.shutdownNow();
      }
    } catch (InterruptedException e) {
      readers.shutdownNow();
      Thread.currentThread().interrupt();
    }
    log.close();
  }

  EventHubSettings settings() {
    return settings;
  }

  HubCounters counters() {
    return counters;
  }

  ByteBudget budget() {
    return budget;
  }

  Shortage shortage() {
    return shortage;
  }

  void detach(EventStream stream) {
    streams.remove(stream);
    HubView current = view;
    if (current != null && !closed) {
      current.partitions()[current.state().partitionFor(key(stream))].live.remove(stream);
    }
  }

  /** Tells an open stream to resync from its cursor and lets it go on live. */
  void resync(PartitionStreams partition, EventStream stream, String reason) {
    EventId last = stream.cursor();
    String since =
        last != null ? last.toString() : ControlFrames.shown(stream.request().cursor(), null);
    resync(partition, stream, reason, since);
  }

  private void resync(PartitionStreams partition, EventStream stream, String reason, String since) {
    partition.lock.lock();
    try {
      counters.resyncs.increment();
      frames.resync(stream, partition.endId(), reason, since);
      partition.goLive(key(stream), List.of(stream));
    } finally {
      partition.lock.unlock();
    }
  }

  /** A paced stream whose delay grew too long goes back to reading from the log; any thread. */
  void demote(EventStream stream) {
    if (closed) {
      return;
    }
    stream.setLive(false);
    readers.execute(
        () -> {
          HubView current = view;
          int index = current.state().partitionFor(key(stream));
          PartitionStreams partition = current.partitions()[index];
          partition.lock.lock();
          try {
            partition.live.remove(stream);
            stream.position = partition.end();
          } finally {
            partition.lock.unlock();
          }
          CatchUp catchUp = current.catchUps()[index];
          long forever = Long.MAX_VALUE / 4;
          stream
              .sink()
              .outbox()
              .submit((o, last) -> o.whenDrained(stream, forever, () -> catchUp.join(stream)));
        });
  }

  private HubView readyView() {
    HubView current = view;
    if (current == null || closed) {
      throw new ProtocolException(
          ErrorCode.NETWORK_TIMEOUT, "the event log is not available yet, try again");
    }
    return current;
  }

  private int retryMillis() {
    long jitter = settings.retryJitter().toMillis();
    long extra = jitter > 0 ? ThreadLocalRandom.current().nextLong(jitter + 1) : 0;
    return (int) (settings.retry().toMillis() + extra);
  }

  private void abort(EventStream stream) {
    stream.sink().outbox().submit((outbox, last) -> stream.abort());
  }

  private static String key(EventStream stream) {
    return stream.request().key();
  }
}
