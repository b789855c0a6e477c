package dev.drover.orchestrator.database;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Lets many writers share one transaction and so one sync of the disk: whoever comes first writes
 * for all who wait. A write returns when it is durable.
 */
final class GroupWrites {
  private static final int MOST = 500;

  private static final class Write<T> {
    private final Database.Work<T> work;
    private T result;
    private RuntimeException failure;
    private boolean done;

    Write(Database.Work<T> work) {
      this.work = work;
    }

    void run(Session open) throws SQLException {
      result = work.run(open);
    }
  }

  private final Database database;
  private final List<Runnable> afterUndoing = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<Write<?>> waiting = new ConcurrentLinkedQueue<>();

  GroupWrites(Database database) {
    this.database = database;
  }

  /** Runs this after each group that was undone, before the next one. */
  void afterUndoing(Runnable what) {
    afterUndoing.add(what);
  }

  /**
   * Runs a write together with others. Work must not throw for reasons of its own: what fails fails
   * for the whole group.
   *
   * @throws IllegalStateException when the database refuses
   */
  <T> T run(Database.Work<T> work) {
    Write<T> mine = new Write<>(work);
    waiting.add(mine);
    synchronized (this) {
      while (!mine.done) {
        runAll();
      }
    }
    if (mine.failure != null) {
      throw mine.failure;
    }
    return mine.result;
  }

  private void runAll() {
    List<Write<?>> group = new ArrayList<>();
    for (Write<?> next = waiting.poll(); next != null; next = next(group)) {
      group.add(next);
    }
    RuntimeException failure = null;
    try {
      database.transaction(
          open -> {
            for (Write<?> write : group) {
              write.run(open);
            }
            return null;
          });
    } catch (RuntimeException e) {
      failure = e;
      afterUndoing.forEach(Runnable::run);
    }
    for (Write<?> write : group) {
      write.failure = failure;
      write.done = true;
    }
  }

  /** The writer itself may stand far behind: it is done when its turn comes. */
  private Write<?> next(List<Write<?>> group) {
    return group.size() < MOST ? waiting.poll() : null;
  }
}
