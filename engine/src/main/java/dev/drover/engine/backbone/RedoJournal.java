package dev.drover.engine.backbone;

import dev.drover.engine.disk.Directories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32;

/**
 * What was synced and may not be in the file yet: records of changes, each with a checksum. The
 * records since it was emptied last share a number, which tells them from older ones behind them.
 */
final class RedoJournal implements AutoCloseable {
  /** Number, length, checksum. */
  private static final int HEAD = Long.BYTES + Integer.BYTES + Long.BYTES;

  private static final int CHANGE = Long.BYTES + Integer.BYTES;

  /**
   * How far a file has come with a journal.
   *
   * @param number what the records share
   * @param records how many of them it has
   */
  record Mark(long number, long records) {}

  private final FileChannel file;
  private long number = fresh().number();
  private long records;
  private long end;

  RedoJournal(Path path) throws IOException {
    this(
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    Directories.syncNameOf(path);
  }

  private RedoJournal(FileChannel file) {
    this.file = file;
  }

  /** One that is there, and is not changed. */
  static RedoJournal toRead(Path path) throws IOException {
    return toRead(FileChannel.open(path, StandardOpenOption.READ));
  }

  static RedoJournal toRead(FileChannel file) {
    return new RedoJournal(file);
  }

  /** The beginning of records with a number that none has had. */
  static Mark fresh() {
    return new Mark(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE), 0);
  }

  /** All that was appended. */
  Mark mark() {
    return new Mark(number, records);
  }

  long length() {
    return end;
  }

  /** On disk when this returns. */
  void append(List<JournaledFile.Change> changes) throws IOException {
    int length = 0;
    for (JournaledFile.Change change : changes) {
      length += CHANGE + (change.data() == null ? 0 : change.data().length);
    }
    ByteBuffer body = ByteBuffer.allocate(HEAD + length).position(HEAD);
    for (JournaledFile.Change change : changes) {
      body.putLong(change.position());
      body.putInt(change.data() == null ? -1 : change.data().length);
      if (change.data() != null) {
        body.put(change.data());
      }
    }
    body.flip();
    body.putLong(0, number).putInt(Long.BYTES, length);
    body.putLong(Long.BYTES + Integer.BYTES, checksum(number, body.slice(HEAD, length)));
    write(body, end);
    file.force(false);
    end += HEAD + length;
    records++;
  }

  private static long checksum(long number, ByteBuffer body) {
    CRC32 sum = new CRC32();
    sum.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    sum.update(body);
    return sum.getValue();
  }

  private void write(ByteBuffer bytes, long to) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes, to + bytes.position());
    }
  }

  /**
   * What is whole, in order.
   *
   * @param has what the file has already, when it knows. A journal of another number was put back
   *     from another day, and one with fewer records was damaged: neither has anything for the
   *     file, and a part of what it has would take the file back to an earlier commit
   * @throws IOException when the file may need a record that is damaged: each was synced before the
   *     next was begun, so only the last can be one that a power cut tore
   */
  List<JournaledFile.Change> read(Optional<Mark> has) throws IOException {
    List<JournaledFile.Change> changes = new ArrayList<>();
    long at = 0;
    long first = has.map(Mark::number).orElse(0L);
    long found = 0;
    while (file.size() - at >= HEAD) {
      ByteBuffer head = read(at, HEAD);
      long of = head.getLong();
      int length = head.getInt();
      long sum = head.getLong();
      if (of == 0 || first != 0 && of != first || length <= 0 || length > file.size() - at - HEAD) {
        break;
      }
      ByteBuffer body = read(at + HEAD, length);
      if (checksum(of, body.duplicate()) != sum) {
        break;
      }
      first = of;
      found++;
      at += HEAD + length;
      while (body.hasRemaining()) {
        long position = body.getLong();
        int bytes = body.getInt();
        byte[] data = bytes < 0 ? null : new byte[bytes];
        if (data != null) {
          body.get(data);
        }
        changes.add(new JournaledFile.Change(position, data));
      }
    }
    if (found < has.map(Mark::records).orElse(0L)) {
      return List.of();
    }
    if (first != 0 && wholeAfter(at, first)) {
      throw new IOException("the journal is damaged at byte " + at + ", before records that count");
    }
    return changes;
  }

  /** Whether a record of this number begins behind a place, wherever. */
  private boolean wholeAfter(long place, long of) throws IOException {
    ByteBuffer rest = read(place, Math.toIntExact(file.size() - place));
    for (int at = 1; at + HEAD <= rest.limit(); at++) {
      if (rest.getLong(at) == of) {
        int length = rest.getInt(at + Long.BYTES);
        if (length > 0
            && length <= rest.limit() - at - HEAD
            && checksum(of, rest.slice(at + HEAD, length))
                == rest.getLong(at + Long.BYTES + Integer.BYTES)) {
          return true;
        }
      }
    }
    return false;
  }

  private ByteBuffer read(long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
      // until it is full
    }
    return bytes.flip();
  }

  /**
   * Forgets all; the file has it on disk. The next record must not come over a former one while
   * that one still counts.
   *
   * @param next the beginning of the next records
   */
  void clear(Mark next) throws IOException {
    write(ByteBuffer.allocate(HEAD), 0);
    file.force(false);
    number = next.number();
    records = 0;
    end = 0;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
