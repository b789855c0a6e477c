package dev.drover.engine.events;

import dev.drover.engine.limit.ByteBudget;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One open stream: its cursor and its way to the socket. What is written is decided on the outbox's
 * thread: an event goes out once, and only when it lies ahead of the stream's cursor.
 */
public final class EventStream implements Outbox.Written {
  static final int SETTLING = 0;
  static final int SETTLED = 1;
  static final int PARKED = 2;

  /** What a stream needs of the process that it is open in. */
  interface Home {
    /** What a live stream may have unsent, in bytes. */
    long maxPendingBytes();

    /** How long a reader may take nothing of what waits for it. */
    Duration stallTimeout();

    /** What waits unsent is taken from it. */
    ByteBudget budget();

    /**
     * On the stream's thread: there is no room for what waits for its reader.
     *
     * @return whether to try again at once
     */
    boolean makeRoom(EventStream asking, long waits, long more);

    /** A reader that could not keep up was cut. */
    void dropped();

    /** A paced stream's delay grew too long: it goes back to reading from the log. */
    void demote(EventStream stream);

    /** The stream is over. */
    void detach(EventStream stream);
  }

  private final Home home;
  private final StreamRequest request;
  private final EventSink sink;
  private final String connectionId;
  private final Instant since;
  private final ReaderProgress progress;
  private final Pace pace;
  private final WaitingBytes waiting;

  /** How the stream stands in a catch-up scan. */
  final AtomicInteger settling = new AtomicInteger(SETTLED);

  /** Where a catch-up scan stands for this stream; guarded by the scan, then by the partition. */
  long position;

  private volatile boolean live;
  private volatile boolean closed;
  private volatile EventId cursor;
  private EventId accepted;
  private boolean dirty;
  private boolean watched;

  EventStream(
      Home home, StreamRequest request, EventSink sink, String connectionId, Instant since) {
    this.home = home;
    this.request = request;
    this.sink = sink;
    this.connectionId = connectionId;
    this.since = since;
    this.pace = new Pace(request.minGap());
    this.waiting = new WaitingBytes(home.budget());
    this.progress = new ReaderProgress(home.stallTimeout().toNanos());
  }

  /** The id told to the client in {@code connected}. */
  public String connectionId() {
    return connectionId;
  }

  /** What the caller was granted. */
  public StreamRequest request() {
    return request;
  }

  /** Tells the hub that the socket is gone; from any thread, more than once. */
  public void close() {
    if (!closed) {
      closed = true;
      home.detach(this);
      waiting.close();
    }
  }

  @Override
  public boolean closed() {
    return closed;
  }

  EventSink sink() {
    return sink;
  }

  Instant since() {
    return since;
  }

  boolean live() {
    return live;
  }

  void setLive(boolean value) {
    live = value;
  }

  /** The cursor of the last frame written; null before the first. */
  EventId cursor() {
    return cursor;
  }

  /** Whether frames wait for the least gap between events; a hint when read off the thread. */
  boolean paused() {
    return pace.bytes() > 0;
  }

  /** Before the first frame: where the stream stands. */
  void start(EventId at) {
    accepted = at;
    position = at.position();
  }

  /**
   * On the thread: an event of this stream's key; a repetition is dropped.
   *
   * @return whether it was taken
   */
  boolean deliver(Object frame, EventId id, int bytes, boolean flush) {
    if (id == null) {
      accept(frame, accepted, bytes, flush);
      return true;
    }
    if (id.position() > accepted.position() && id.epoch().equals(accepted.epoch())) {
      accept(frame, id, bytes, flush);
      return true;
    }
    return false;
  }

  /** On the thread: a frame of the stream's own that sets the cursor, whatever it was. */
  void control(Object frame, EventId id, int bytes) {
    accept(frame, id, bytes, true);
  }

  /** On the thread: the id that a ping carries, given the live position of the partition. */
  EventId pingCursor(EventId liveEnd) {
    boolean ahead =
        liveEnd == null
            || !liveEnd.epoch().equals(accepted.epoch())
            || liveEnd.position() < accepted.position();
    return ahead ? accepted : liveEnd;
  }

  private void accept(Object frame, EventId id, int bytes, boolean flush) {
    if (closed) {
      return;
    }
    accepted = id;
    ReferenceCountUtil.retain(frame);
    if (!pace.lets()) {
      defer(new Pace.Frame(frame, id, bytes));
      return;
    }
    sink.write(frame);
    progress.wrote(bytes);
    cursor = id;
    if (!flush) {
      markDirty();
    } else if (!dirty) {
      flushed();
    }
  }

  private void markDirty() {
    if (!dirty) {
      dirty = true;
      sink.outbox().markDirty(this);
    }
  }

  private void defer(Pace.Frame frame) {
    if (pace.add(frame)) {
      wakeAfterGap();
    }
    if (live && pace.bytes() > home.maxPendingBytes()) {
      home.demote(this);
    }
  }

  private void wakeAfterGap() {
    sink.outbox().thread().schedule(this::writeDeferred, pace.waitNanos(), TimeUnit.NANOSECONDS);
  }

  private void writeDeferred() {
    if (closed) {
      pace.clear();
      return;
    }
    Pace.Frame next = pace.poll();
    if (next == null) {
      return;
    }
    sink.write(next.frame());
    progress.wrote(next.bytes());
    cursor = next.cursor();
    flushed();
    if (!pace.isEmpty()) {
      wakeAfterGap();
    }
  }

  @Override
  public void flushDirty() {
    dirty = false;
    if (!closed) {
      flushed();
    }
  }

  private void flushed() {
    sink.flush();
    long pending = sink.pendingBytes();
    boolean stalled = progress.stalled(pending, System.nanoTime());
    if (live && (stalled || pending > home.maxPendingBytes())) {
      drop();
    } else if (pending != waiting.bytes()) {
      pay(pending);
    }
  }

  /** What waits for the reader is taken from the process's budget; without room a stream ends. */
  private void pay(long pending) {
    waiting.set(pending, more -> !closed && home.makeRoom(this, pending, more));
    if (closed) {
      // close() may have come before anything was taken
      waiting.close();
    } else if (!watched) {
      // nobody tells when a socket has taken something
      watched = true;
      sink.outbox().watch(this);
    }
  }

  @Override
  public boolean stillWaits() {
    if (!closed) {
      flushed();
    }
    watched = !closed && sink.pendingBytes() > 0;
    return watched;
  }

  /** The bytes that are taken from the budget for it; from any thread. */
  long waiting() {
    return closed ? 0 : waiting.bytes();
  }

  @Override
  public boolean drained() {
    return pace.bytes() + sink.pendingBytes() <= 16 * 1024;
  }

  /** On the thread: cuts a reader that cannot keep up; its cursor repairs it. */
  @Override
  public void drop() {
    if (!closed) {
      home.dropped();
      abort();
    }
  }

  /** On the thread: ends the stream because the caller's right to it is over. */
  void endUnauthorised(String reason) {
    if (!closed) {
      close();
      sink.endUnauthorised(reason);
    }
  }

  /** On the thread: cuts the stream. */
  void abort() {
    close();
    sink.abort();
  }
}
