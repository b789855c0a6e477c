package dev.drover.orchestrator.cache;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.disk.Directories;
import dev.drover.engine.disk.Overwrite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * The number of the last transaction, outside of the database: SQLite drops the end of a damaged
 * log without a word, and a database that was put back to an older day is whole. Both have fewer
 * transactions than this file says.
 */
final class CacheMark implements AutoCloseable {
  private static final String KIND = "cache-mark";

  private final Path file;
  private final String entityId;
  private final Sealer sealer;
  private FileChannel channel;

  CacheMark(Path file, String entityId, Sealer sealer) {
    this.file = file;
    this.entityId = entityId;
    this.sealer = sealer;
  }

  /** The number; empty when there is none that can be trusted. */
  OptionalLong read() {
    try {
      if (!Files.exists(file)) {
        return OptionalLong.empty();
      }
      byte[] opened = sealer.open(KIND, entityId, Files.readAllBytes(file));
      return OptionalLong.of(ByteBuffer.wrap(opened).getLong());
    } catch (SealBrokenException e) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the number over the former one; it is on disk when this returns. */
  void write(long revision) throws IOException {
    if (channel == null) {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      Directories.syncNameOf(file);
    }
    byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(revision).array();
    // Less than a sector, always of one length: it is replaced as a whole.
    Overwrite.with(channel, sealer.seal(KIND, entityId, number));
    channel.force(false);
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
