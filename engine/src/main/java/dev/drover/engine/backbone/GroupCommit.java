package dev.drover.engine.backbone;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets many writers share one durable commit: a write returns only after a commit that began when
 * the write was complete.
 */
final class GroupCommit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
  private static final int COMMITS_BETWEEN_COMPACTIONS = 256;
  private static final int TARGET_FILL_PERCENT = 50;
  private static final int COMPACTION_BYTES = 4 << 20;

  private final MVStore store;
  private final boolean force;
  private final Consumer<RuntimeException> broke;

  /**
   * Writers share it, the commit holds it alone: a commit never cuts through a half-done write.
   * Fair, so that all waiting writers get in between two commits and form the next group.
   */
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition progress = lock.newCondition();
  private final Thread committer;
  private long requested;
  private long committed;
  private long commits;
  private RuntimeException failure;
  private boolean closing;

  /**
   * Commits to this store.
   *
   * @param force whether each commit goes to the disk at once
   * @param broke told, once, why no more commits can be made
   */
  GroupCommit(MVStore store, boolean force, Consumer<RuntimeException> broke) {
    this.store = store;
    this.force = force;
    this.broke = broke;
    this.committer = new Thread(this::run, "mongo-commit");
    this.committer.setDaemon(true);
    this.committer.start();
  }

  /** Runs a write and waits until it is durable; what the write throws passes through. */
  <T> T write(Supplier<T> action) {
    long ticket;
    T result;
    gate.readLock().lock();
    try {
      result = action.get();
    } finally {
      ticket = request();
      gate.readLock().unlock();
    }
    await(ticket);
    return result;
  }

  /** How many commits were made; with many writers it grows slower than the writes. */
  long commits() {
    lock.lock();
    try {
      return commits;
    } finally {
      lock.unlock();
    }
  }

  /** Why no more commits can be made, or null. */
  RuntimeException failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private long request() {
    lock.lock();
    try {
      requested++;
      work.signal();
      return requested;
    } finally {
      lock.unlock();
    }
  }

  private void await(long ticket) {
    lock.lock();
    try {
      while (committed < ticket) {
        if (failure != null) {
          throw new IllegalStateException("The document store cannot commit", failure);
        }
        progress.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (awaitWork()) {
        commitOnce();
      }
    } catch (RuntimeException e) {
      LOG.debug("The document store cannot commit", e);
      fail(e);
      broke.accept(e);
    }
  }

  private boolean awaitWork() {
    lock.lock();
    try {
      while (requested == committed && !closing) {
        work.awaitUninterruptibly();
      }
      return requested > committed;
    } finally {
      lock.unlock();
    }
  }

  private void commitOnce() {
    long covered;
    gate.writeLock().lock();
    try {
      covered = currentRequest();
      store.commit();
    } finally {
      gate.writeLock().unlock();
    }
    if (force) {
      store.sync();
    }
    lock.lock();
    long done;
    try {
      committed = covered;
      done = ++commits;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
    if (done % COMMITS_BETWEEN_COMPACTIONS == 0) {
      store.compact(TARGET_FILL_PERCENT, COMPACTION_BYTES);
    }
  }

  private long currentRequest() {
    lock.lock();
    try {
      return requested;
    } finally {
      lock.unlock();
    }
  }

  private void fail(RuntimeException e) {
    lock.lock();
    try {
      failure = e;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Commits what is asked for and ends the committing thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    try {
      committer.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
