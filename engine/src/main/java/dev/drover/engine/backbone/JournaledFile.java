package dev.drover.engine.backbone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.ArrayList;
import java.util.List;
import org.h2.store.fs.FileBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that after a power cut is what it was at its last sync, or at the one that was under way:
 * MVStore's own recovery takes a commit for whole when its first and last sector are, and falls
 * back by any number of commits when they are not. What is written stays in memory until a sync, is
 * then written to a journal and synced there, and only then to the file. What is read is what was
 * written, by the checksum of its block, or an error.
 */
final class JournaledFile extends FileBase {
  /**
   * A write.
   *
   * @param data what is written; null for a new length of the file, which is the position
   */
  record Change(long position, byte[] data) {}

  private static final Logger LOG = LoggerFactory.getLogger(JournaledFile.class);
  private static final long JOURNAL_BYTES = 8 << 20;

  private final FileChannel file;
  private final RedoJournal journal;
  private final BlockSums sums;
  private final CheckedFile checked;
  private final Object syncing = new Object();
  private final List<Change> pending = new ArrayList<>();
  private long size;
  private long position;
  private boolean recovered;
  private Throwable failure;

  /** Opens a file that has a journal and checksums of its blocks. */
  JournaledFile(FileChannel file, RedoJournal journal, BlockSums sums) throws IOException {
    this.file = file;
    this.journal = journal;
    this.sums = sums;
    this.checked = new CheckedFile(file, sums);
    this.size = file.size();
  }

  /**
   * Carries out what was synced, and looks at all of the file; nobody else may have it. A kill or a
   * power cut during this changes nothing: all of it is done again.
   *
   * @throws DamagedBlockException when a part of it is not what was written: MVStore would take an
   *     earlier commit for the last one
   */
  private synchronized void recover() throws IOException {
    int unknown = checked.replay(journal);
    if (unknown > 0 && sums.journal().isPresent()) {
      LOG.warn(
          "{} blocks of the document store had no checksum any more; they are taken as they are",
          unknown);
    }
    sums.check(file);
    settle();
    size = file.size();
    recovered = true;
  }

  @Override
  public FileLock tryLock(long from, long length, boolean shared) throws IOException {
    FileLock lock = file.tryLock(from, length, shared);
    if (lock != null && !shared) {
      recover();
    }
    return lock;
  }

  @Override
  public synchronized long size() {
    return size;
  }

  @Override
  public synchronized long position() {
    return position;
  }

  @Override
  public synchronized FileChannel position(long to) {
    position = to;
    return this;
  }

  @Override
  public synchronized int read(ByteBuffer into) throws IOException {
    int read = read(into, position);
    position += Math.max(read, 0);
    return read;
  }

  @Override
  public synchronized int read(ByteBuffer into, long from) throws IOException {
    refuseAfterFailure();
    if (from >= size) {
      return -1;
    }
    byte[] bytes = new byte[(int) Math.min(into.remaining(), size - from)];
    readChecked(bytes, from);
    for (Change change : pending) {
      overlay(bytes, from, change);
    }
    into.put(bytes);
    return bytes.length;
  }

  /** What the file does not have yet is zeros, or pending. */
  private void readChecked(byte[] into, long from) throws IOException {
    long first = from / BlockSums.BLOCK;
    int before = (int) (from - first * BlockSums.BLOCK);
    long blocks = (before + into.length + BlockSums.BLOCK - 1L) / BlockSums.BLOCK;
    byte[] bytes = new byte[Math.toIntExact(blocks * BlockSums.BLOCK)];
    ByteBuffer direct = ByteBuffer.wrap(bytes);
    while (direct.hasRemaining()
        && file.read(direct, first * BlockSums.BLOCK + direct.position()) > 0) {
      // until it is full
    }
    sums.check((int) first, bytes, direct.position());
    System.arraycopy(bytes, before, into, 0, into.length);
  }

  private static void overlay(byte[] bytes, long from, Change change) {
    if (change.data == null) {
      for (long i = Math.max(0, change.position - from); i < bytes.length; i++) {
        bytes[(int) i] = 0;
      }
      return;
    }
    long begin = Math.max(from, change.position);
    long end = Math.min(from + bytes.length, change.position + change.data.length);
    if (begin < end) {
      System.arraycopy(
          change.data,
          (int) (begin - change.position),
          bytes,
          (int) (begin - from),
          (int) (end - begin));
    }
  }

  @Override
  public synchronized int write(ByteBuffer from) {
    int written = write(from, position);
    position += written;
    return written;
  }

  @Override
  public synchronized int write(ByteBuffer from, long to) {
    byte[] data = new byte[from.remaining()];
    from.get(data);
    pending.add(new Change(to, data));
    size = Math.max(size, to + data.length);
    return data.length;
  }

  @Override
  public synchronized FileChannel truncate(long to) {
    if (to < size) {
      pending.add(new Change(to, null));
      size = to;
      position = Math.min(position, to);
    }
    return this;
  }

  /** All that was written before is durable when this returns; reads go on meanwhile. */
  @Override
  public void force(boolean ignored) throws IOException {
    synchronized (syncing) {
      List<Change> batch;
      synchronized (this) {
        refuseAfterFailure();
        batch = List.copyOf(pending);
      }
      if (batch.isEmpty()) {
        return;
      }
      try {
        write(batch);
      } catch (IOException | RuntimeException | Error e) {
        synchronized (this) {
          failure = e;
        }
        throw e;
      }
    }
  }

  /**
   * A write that failed may have left a block half written or a journal half emptied: read now, it
   * would look like damage. Whoever opens the file next carries out what the journal has.
   */
  private void refuseAfterFailure() throws IOException {
    if (failure != null) {
      throw new IOException("the file takes nothing more until it is opened anew", failure);
    }
  }

  private void write(List<Change> batch) throws IOException {
    journal.append(batch);
    synchronized (this) {
      try {
        for (Change change : batch) {
          checked.apply(change);
        }
        sums.journal(journal.mark());
        pending.subList(0, batch.size()).clear();
      } catch (IOException | RuntimeException | Error e) {
        // before anybody can read it
        failure = e;
        throw e;
      }
    }
    if (journal.length() > JOURNAL_BYTES) {
      settle();
    }
  }

  /** In this order: what the journal had counts until the file and its checksums are on disk. */
  private void settle() throws IOException {
    RedoJournal.Mark next = RedoJournal.fresh();
    file.force(true);
    sums.force();
    sums.journal(next);
    sums.force();
    journal.clear(next);
  }

  /**
   * In order: nothing is left in the journal. A file that was not recovered is another's, or the
   * journal is still needed.
   */
  @Override
  protected void implCloseChannel() throws IOException {
    synchronized (syncing) {
      try (file;
          journal;
          sums) {
        if (recovered && failure == null) {
          force(true);
          settle();
        }
      }
    }
  }
}
