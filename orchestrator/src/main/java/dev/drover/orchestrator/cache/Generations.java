package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.EntityDigest;
import java.time.Clock;

/**
 * Contents beside each other in one file: the present one, at most one that is being written, and
 * what is left of former ones until it is deleted.
 */
final class Generations {
  private static final int DELETED_AT_ONCE = 2000;

  private final CacheContent content;
  private final Clock clock;
  private NewContent written;
  private CacheFile into;

  Generations(CacheContent content, Clock clock) {
    this.content = content;
    this.clock = clock;
  }

  /** Begins a new content; there is one at a time. */
  Replacement begin() {
    synchronized (content) {
      if (isBeingWritten()) {
        throw new IllegalStateException("The cache is being replaced already");
      }
      long generation = content.guarded(() -> content.file().freeGeneration());
      into = content.file();
      written = new NewContent(this, generation);
      return written;
    }
  }

  /** What was written into a file that was set aside since is lost, and nobody's hindrance. */
  private boolean isBeingWritten() {
    return written != null && into == content.file();
  }

  private void require(NewContent from) {
    if (written != from || !isBeingWritten()) {
      throw View.notReady("The cache was set aside while it was being replaced");
    }
  }

  /** Writes a batch of a new content; it counts only after {@link #flip}. */
  void write(NewContent from, CacheFile.Writes writes) {
    synchronized (content) {
      require(from);
      content.guarded(
          () -> {
            content.file().write(writes);
            return null;
          });
    }
  }

  /** From here on the new content is the content. */
  void flip(NewContent from, EntityDigest digest, String cursor, String serverChecksum) {
    synchronized (content) {
      require(from);
      CacheRecord record = content.view().record();
      content.store(
          digest,
          record.replaced(from.generation(), cursor, serverChecksum, clock.instant()),
          rows -> {});
      written = null;
    }
    deleteOthers();
  }

  void discard(NewContent from) {
    synchronized (content) {
      if (written == from) {
        written = null;
      }
    }
    deleteOthers();
  }

  /** In small transactions, so that whoever wants to write gets a turn. */
  void deleteOthers() {
    boolean more = true;
    while (more) {
      synchronized (content) {
        more = !isBeingWritten() && content.guarded(this::deleteSome);
      }
    }
  }

  private boolean deleteSome() {
    return content.file().deleteOthers(content.view().record().generation(), DELETED_AT_ONCE);
  }
}
