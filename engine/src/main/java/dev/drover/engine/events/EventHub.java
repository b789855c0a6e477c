package dev.drover.engine.events;

import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
  private final HubCounters counters = new HubCounters();
  private final Outboxes outboxes = new Outboxes();
  private final Dispatch dispatch = new Dispatch(counters, outboxes);
  private final ReentrantReadWriteLock viewLock = new ReentrantReadWriteLock();
  private final ExecutorService readers;
  private final OpenStreams streams;
  private final ControlFrames frames;
  private final Resyncs resyncs;
  private final StreamStart start;
  private final CatchUp.Shared catchUp;
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
    this.readers =
        Executors.newFixedThreadPool(
            settings.catchUpReaders(),
            task -> {
              Thread thread = new Thread(task, "event-catch-up");
              thread.setDaemon(true);
              return thread;
            });
    this.streams =
        new OpenStreams(settings, budget, counters.slowDropped, clock, this::demote, this::detach);
    this.frames = new ControlFrames(clock, settings);
    this.resyncs = new Resyncs(frames, counters.resyncs);
    this.start = new StreamStart(log, settings, streams, frames, resyncs, clock);
    this.catchUp = new CatchUp.Shared(log, settings, counters, resyncs, readers);
  }

  /** The log behind this hub. */
  public EventLog log() {
    return log;
  }

  /** The clock of timestamps in frames and answers. */
  public Clock clock() {
    return clock;
  }

  /** The streams that are open. */
  public OpenStreams streams() {
    return streams;
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
      view = HubView.of(state, settings.ringBytes(), log.kept(), p -> new CatchUp(catchUp, p));
      if (before != null) {
        LOG.warn(
            "the event log {} was replaced (epoch {}): every mall must resync",
            log.name(),
            state.epoch());
        before.retire();
        resyncs.sendAll(view, streams.all());
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
    return readyView().livePositions();
  }

  /** The live end of a key's partition: the cursor of a stream that has seen everything. */
  public EventId live(String key) {
    return readyView().partition(key).endId();
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
    dispatch.run(readyView(), event, step);
  }

  /**
   * Queues an event for the live streams of its key.
   *
   * @param transport only streams of this kind: {@code sse}, {@code ws}, …
   * @param event the event; without an id it leaves the cursors where they are
   * @return the number of streams it was queued for
   */
  public int deliver(String transport, LogEvent event) {
    return dispatch.deliver(readyView(), transport, event);
  }

  /**
   * Sends every stream of a kind one event that carries the stream's own cursor.
   *
   * @return the number of streams
   */
  public int broadcast(String transport, String type, byte[] data) {
    return frames.broadcast(readyView().partitions(), streams.all(), transport, type, data);
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
      return start.open(readyView(), sink, request);
    } finally {
      viewLock.readLock().unlock();
    }
  }

  /** All open streams. */
  public List<StreamInfo> connections() {
    HubView current = view;
    return current == null
        ? List.of()
        : streams.all().stream()
            .map(s -> Cursors.info(current.partition(s.request().key()), s))
            .toList();
  }

  /** The counters since the start. */
  public HubStats stats() {
    return new HubStats(
        streams.all().size(),
        (int) streams.all().stream().filter(s -> !s.live()).count(),
        counters.dispatched.sum(),
        counters.delivered.sum(),
        counters.slowDropped.sum(),
        counters.failedDispatches.sum(),
        counters.logScans.sum(),
        counters.resyncs.sum());
  }

  /** The outbox of an event loop, or of another single thread that writes streams. */
  public Outbox outbox(ScheduledExecutorService thread) {
    return outboxes.of(thread);
  }

  /** Cuts all streams and ends. */
  @Override
  public void close() {
    closed = true;
    streams.close();
    HubView current = view;
    if (current != null) {
      current.retire();
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

  private void detach(EventStream stream) {
    HubView current = view;
    if (current != null && !closed) {
      current.partition(stream.request().key()).live.remove(stream);
    }
  }

  private void demote(EventStream stream) {
    if (!closed) {
      stream.setLive(false);
      readers.execute(() -> view.catchUp(stream.request().key()).demote(stream));
    }
  }

  private HubView readyView() {
    HubView current = view;
    if (current == null || closed) {
      throw new ProtocolException(
          ErrorCode.NETWORK_TIMEOUT, "the event log is not available yet, try again");
    }
    return current;
  }
}
