package dev.drover.cli.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads the lines that a process appends to a log; begins anew when the log was rotated. */
public final class LogFollower {
  private final Path file;
  private final Consumer<String> lines;
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
  private long position;
  private Object identity;

  /** Follows a file, which need not exist yet, from a position in bytes. */
  public LogFollower(Path file, long position, Consumer<String> lines) {
    this.file = file;
    this.position = position;
    this.lines = lines;
    this.identity = identityOf(file);
  }

  /** Hands over the complete lines that came since the last call. */
  public void poll() throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    Object now = identityOf(file);
    if (Files.size(file) < position || (identity != null && !identity.equals(now))) {
      position = 0;
      unfinished.reset();
    }
    identity = now;
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      channel.position(position);
      ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
      while (channel.read(buffer) > 0) {
        position += buffer.position();
        buffer.flip();
        take(buffer);
        buffer.clear();
      }
    }
  }

  private static Object identityOf(Path file) {
    try {
      return Files.exists(file) ? Files.getAttribute(file, "fileKey") : null;
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  private void take(ByteBuffer buffer) {
    while (buffer.hasRemaining()) {
      byte next = buffer.get();
      if (next == '\n') {
        lines.accept(unfinished.toString(StandardCharsets.UTF_8));
        unfinished.reset();
      } else {
        unfinished.write(next);
      }
    }
  }
}
