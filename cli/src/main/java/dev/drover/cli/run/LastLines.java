package dev.drover.cli.run;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the end of a text file without reading all of it. */
public final class LastLines {
  private static final int BYTES_PER_LINE = 4096;

  private LastLines() {}

  /** Returns up to {@code count} last lines; none when the file does not exist. */
  public static List<String> of(Path file, int count) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    try (RandomAccessFile source = new RandomAccessFile(file.toFile(), "r")) {
      long start = Math.max(0, source.length() - (long) count * BYTES_PER_LINE);
      byte[] end = new byte[(int) (source.length() - start)];
      source.seek(start);
      source.readFully(end);
      List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
      // the first line is cut when the start is in the middle of it
      int from = Math.max(start > 0 ? 1 : 0, lines.size() - count);
      return lines.subList(Math.min(from, lines.size()), lines.size());
    }
  }
}
