package dev.drover.engine.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ordered queue in front of all streams that one thread writes (an event loop, as a rule). Many
 * threads submit; one drain is scheduled at a time, and a drain flushes each stream once, so a deep
 * queue costs few system calls.
 */
public final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final int DRAIN_LIMIT = 32;
  private static final long QUEUE_LIMIT_BYTES = 16L * 1024 * 1024;
  private static final long WATCH_MILLIS = 5;
  private static final long UNREAD_MILLIS = 100;

  /** One step of work on the outbox's thread. */
  interface Task {
    void run(Outbox outbox, boolean last);
  }

  /** What an outbox writes; all of it is asked on the outbox's thread. */
  interface Written {
    /** Pushes out what was written since the last flush. */
    void flushDirty();

    /** Whether something still waits for the reader. */
    boolean stillWaits();

    /** Whether the socket has taken (nearly) all of what it was given. */
    boolean drained();

    /** Cuts a reader that cannot keep up. */
    void drop();

    /** Whether the stream is over. */
    boolean closed();
  }

  private record Entry(Task task, long bytes) {}

  private record Watched(Written stream, long deadline, Runnable drained) {}

  private final ScheduledExecutorService thread;
  private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Object room = new Object();
  private final List<Written> dirty = new ArrayList<>();
  private final List<Watched> watched = new ArrayList<>();
  private final List<Written> unread = new ArrayList<>();

  /** An outbox on a single thread. */
  public Outbox(ScheduledExecutorService thread) {
    this.thread = thread;
  }

  ScheduledExecutorService thread() {
    return thread;
  }

  /** Whether everything submitted so far was written. */
  boolean idle() {
    return !scheduled.get();
  }

  /** Queues work that must not be refused. */
  void submit(Task task) {
    submit(task, 0);
  }

  void submit(Task task, long bytes) {
    queuedBytes.addAndGet(bytes);
    queue.add(new Entry(task, bytes));
    if (scheduled.compareAndSet(false, true)) {
      schedule();
    }
  }

  /** Waits while the queue is over its limit; never call it on an outbox's own thread. */
  void awaitRoom() {
    if (queuedBytes.get() <= QUEUE_LIMIT_BYTES) {
      return;
    }
    synchronized (room) {
      while (queuedBytes.get() > QUEUE_LIMIT_BYTES && !thread.isShutdown()) {
        try {
          room.wait(50);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  /** On the thread: this stream has frames that are not flushed. */
  void markDirty(Written stream) {
    dirty.add(stream);
  }

  /**
   * On the thread: calls back once the stream's socket has taken its backlog; a socket that has not
   * in {@code stallNanos} is cut.
   */
  void whenDrained(Written stream, long stallNanos, Runnable drained) {
    watched.add(new Watched(stream, System.nanoTime() + stallNanos, drained));
    if (watched.size() == 1) {
      thread.schedule(this::look, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    List<Watched> ready = new ArrayList<>();
    watched.removeIf(
        w -> {
          if (w.deadline - System.nanoTime() < 0) {
            w.stream.drop();
          }
          boolean now = w.stream.closed() || w.stream.drained();
          if (now) {
            ready.add(w);
          }
          return now;
        });
    ready.forEach(w -> w.drained.run());
    if (!watched.isEmpty()) {
      thread.schedule(this::look, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** On the thread: looks at a stream again and again until nothing waits for its reader. */
  void watch(Written stream) {
    unread.add(stream);
    if (unread.size() == 1) {
      thread.schedule(this::lookAtUnread, UNREAD_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void lookAtUnread() {
    unread.removeIf(
        stream -> {
          try {
            return !stream.stillWaits();
          } catch (RuntimeException e) {
            LOG.warn("looking at a stream failed", e);
            return stream.closed();
          }
        });
    if (!unread.isEmpty()) {
      thread.schedule(this::lookAtUnread, UNREAD_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void schedule() {
    try {
      thread.execute(this::drain);
    } catch (RejectedExecutionException e) {
      // the event loop is gone with all its sockets: there is nobody left to write to
      queue.clear();
      queuedBytes.set(0);
    }
  }

  private void drain() {
    boolean over = queuedBytes.get() > QUEUE_LIMIT_BYTES;
    Entry entry;
    for (int i = 0; i < DRAIN_LIMIT && (entry = queue.poll()) != null; i++) {
      try {
        entry.task.run(this, queue.isEmpty());
      } catch (RuntimeException e) {
        // one broken socket must not stop the queue of all the others
        LOG.warn("writing to a stream failed", e);
      }
      queuedBytes.addAndGet(-entry.bytes);
    }
    for (Written stream : dirty) {
      try {
        stream.flushDirty();
      } catch (RuntimeException e) {
        LOG.warn("flushing a stream failed", e);
      }
    }
    dirty.clear();
    if (over && queuedBytes.get() <= QUEUE_LIMIT_BYTES) {
      synchronized (room) {
        room.notifyAll();
      }
    }
    if (!queue.isEmpty()) {
      schedule();
      return;
    }
    scheduled.set(false);
    if (!queue.isEmpty() && scheduled.compareAndSet(false, true)) {
      schedule();
    }
  }
}
