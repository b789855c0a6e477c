package dev.drover.e2e.powercut;

import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a process and its children did to the files below a directory, in order.
 *
 * @param root the directory
 * @param operations by the time of their return
 */
record Recording(Path root, List<Operation> operations) {
  private static final Path SOURCE = JavaProcess.HOME.resolve("e2e/src/test/c/record_writes.c");
  private static final int HEADER = 4 * Long.BYTES + 6 * Integer.BYTES;
  private static final int PATIENCE_SECONDS = 600;

  /**
   * Builds the recorder.
   *
   * @return empty when there is no C compiler here
   */
  static boolean build(Path library) throws IOException, InterruptedException {
    Files.createDirectories(library.getParent());
    for (String compiler : List.of("cc", "gcc", "clang")) {
      try {
        Process built =
            new ProcessBuilder(
                    compiler,
                    "-O2",
                    "-shared",
                    "-fPIC",
                    "-o",
                    library + "",
                    SOURCE + "",
                    "-pthread")
                .inheritIO()
                .start();
        if (built.waitFor() == 0) {
          return true;
        }
      } catch (IOException e) {
        // not there: the next one
      }
    }
    return false;
  }

  /** Runs a store's writer in a JVM of its own until it ends, and reads what it did. */
  static Recording of(Path library, Path home, List<String> command)
      throws IOException, InterruptedException {
    Path root = home.resolve("disk");
    Files.createDirectories(root);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LD_PRELOAD", library.toString());
    builder.environment().put("RECORD_BELOW", root + "/");
    builder.environment().put("RECORD_LOG", home.resolve("calls").toString());
    builder.redirectErrorStream(true).redirectOutput(home.resolve("writer.log").toFile());
    Process writer = builder.start();
    if (!writer.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || writer.exitValue() != 0) {
      writer.destroyForcibly();
      throw new IllegalStateException(
          "the writer failed: " + Files.readString(home.resolve("writer.log")));
    }
    return read(home);
  }

  /** A recording that was made before. */
  static Recording read(Path home) throws IOException {
    List<Operation> all = new ArrayList<>();
    List<Path> logs;
    try (Stream<Path> files = Files.list(home)) {
      logs = files.filter(file -> file.getFileName().toString().startsWith("calls.")).toList();
    }
    for (int i = 0; i < logs.size(); i++) {
      read(logs.get(i), (long) i << Integer.SIZE, all);
    }
    all.sort(Comparator.comparingLong(Operation::end));
    return new Recording(home.resolve("disk"), all);
  }

  private static void read(Path log, long process, List<Operation> into) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(log)).order(ByteOrder.LITTLE_ENDIAN);
    while (in.remaining() >= HEADER) {
      long begin = in.getLong();
      long end = in.getLong();
      long offset = in.getLong();
      long length = in.getLong();
      Operation.Kind kind = Operation.Kind.values()[in.getInt() - 1];
      int handle = in.getInt();
      int flags = in.getInt();
      int path = in.getInt();
      int second = in.getInt();
      int bytes = in.getInt();
      if (in.remaining() < path + second + bytes) {
        return; // a child was ended in the middle of a record, and so of its call
      }
      into.add(
          new Operation(
              kind,
              begin,
              end,
              process + handle,
              offset,
              length,
              (flags & 1) != 0,
              (flags & 2) != 0,
              text(in, path),
              text(in, second),
              bytes(in, bytes)));
    }
  }

  private static String text(ByteBuffer in, int length) {
    String text = new String(bytes(in, length), StandardCharsets.UTF_8);
    return text.isEmpty() ? "" : Path.of(text).normalize().toString();
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
