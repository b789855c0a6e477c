package dev.drover.orchestrator.uplink.store;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.disk.Directories;
import dev.drover.engine.disk.Overwrite;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import dev.drover.orchestrator.store.Edits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the uplink has come, outside of {@code mall.db}: SQLite drops the end of a damaged log
 * without a word, and a database that was put back to an older day is whole. Both have accepted
 * less than this file says.
 *
 * <p>It is written after each transaction that changes it and before anybody is told of that, and
 * has no sync of its own: a kill takes nothing of it. After a power cut it can be some seconds
 * behind, which hides a loss only when the store is damaged as well.
 */
final class UplinkMark implements Database.Witness {
  private static final Logger LOG = LoggerFactory.getLogger(UplinkMark.class);
  private static final String KIND = "uplink-mark";

  /**
   * What the file says.
   *
   * @param accepted the highest number that was given to a write
   * @param settled all up to this number were settled
   * @param parked the highest id of a parked write
   * @param edits the highest number of an edit that was made at the mall
   * @param unsent all edits below this number have entered the uplink, which numbers them then
   */
  record State(long accepted, long settled, long parked, long edits, long unsent) {}

  private final Path file;
  private final Sealer sealer;
  private State last;

  UplinkMark(Path file, Sealer sealer) {
    this.file = file;
    this.sealer = sealer;
  }

  /** What was noted last; empty when there is nothing that can be trusted. */
  Optional<State> read() {
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      ByteBuffer opened = ByteBuffer.wrap(sealer.open(KIND, KIND, Files.readAllBytes(file)));
      long accepted = opened.getLong();
      long settled = opened.getLong();
      long parked = opened.getLong();
      // earlier versions say nothing of edits
      boolean edits = opened.remaining() >= 2 * Long.BYTES;
      return Optional.of(
          new State(
              accepted,
              settled,
              parked,
              edits ? opened.getLong() : 0,
              edits ? opened.getLong() : 0));
    } catch (SealBrokenException e) {
      LOG.atWarn()
          .addKeyValue("event", "mark_damaged")
          .log(
              "{} is damaged and is written anew; this once, an older copy of mall.db cannot be detected",
              file);
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  /** What the store says within a transaction. */
  static State state(Session open) throws SQLException {
    return Database.query(
            open,
            row ->
                new State(
                    row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)),
            "SELECT s.accepted, coalesce((SELECT min(seq) - 1 FROM uplink_items), s.accepted),"
                + " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'uplink_parked'), 0),"
                + " s.edits, coalesce((SELECT min(seq) FROM edits WHERE "
                + Edits.UNSENT
                + "), s.edits + 1)"
                + " FROM (SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name ="
                + " 'uplink_items'), 0) AS accepted, coalesce((SELECT seq FROM sqlite_sequence"
                + " WHERE name = 'edits'), 0) AS edits) s")
        .get(0);
  }

  @Override
  public Runnable look(Session open) throws SQLException {
    State now = state(open);
    return now.equals(last) ? () -> {} : () -> write(now);
  }

  /** The next write says all again, sealed with the present key. */
  synchronized void forget() {
    last = null;
  }

  private synchronized void write(State now) {
    byte[] numbers =
        ByteBuffer.allocate(5 * Long.BYTES)
            .putLong(now.accepted)
            .putLong(now.settled)
            .putLong(now.parked)
            .putLong(now.edits)
            .putLong(now.unsent)
            .array();
    // Less than a sector, always of one length: it is replaced as a whole.
    boolean named = last != null;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Overwrite.with(channel, sealer.seal(KIND, KIND, numbers));
      if (!named) {
        // that it exists says that there was a store
        Directories.syncNameOf(file);
      }
      last = now;
    } catch (IOException e) {
      // A mark that is behind hides a loss at worst; the transaction itself is on disk.
      LOG.warn("Cannot write {}: {}", file, e.toString());
    }
  }
}
