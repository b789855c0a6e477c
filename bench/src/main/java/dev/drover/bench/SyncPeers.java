package dev.drover.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs of others that do what the mall does: {@code curl}, {@code rsync}, PouchDB. */
final class SyncPeers {
  private static final Path DIRECTORY = Path.of("bench/target/sync/peers").toAbsolutePath();

  /** Where {@code bench/sync.sh} installs it. */
  private static final Path POUCHDB = Path.of("bench/target/pouchdb").toAbsolutePath();

  private SyncPeers() {}

  /**
   * A download.
   *
   * @param bytes the body as it was on the wire
   * @param seconds from the request to its last byte
   */
  record Download(long bytes, double seconds) {}

  /** Reads an answer with curl, to nowhere. */
  static Download curl(BenchCentral central, String path, boolean gzip)
      throws IOException, InterruptedException {
    return curl(central, path, gzip, Path.of("/dev/null"));
  }

  private static Download curl(BenchCentral central, String path, boolean gzip, Path to)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--fail", "-o", to.toString()));
    command.addAll(List.of("-H", "Authorization: Bearer " + central.token()));
    if (gzip) {
      command.addAll(List.of("-H", "Accept-Encoding: gzip"));
    }
    command.addAll(List.of("-w", "%{size_download} %{time_total}", central.url() + path));
    String[] figures = run(command).strip().split(" ");
    return new Download(Long.parseLong(figures[0]), Double.parseDouble(figures[1]));
  }

  /** Keeps an answer as a file for {@link #rsync}. */
  static Path keep(BenchCentral central, String path, String name)
      throws IOException, InterruptedException {
    Path file = DIRECTORY.resolve(name);
    Files.createDirectories(DIRECTORY);
    curl(central, path, false, file);
    return file;
  }

  /** The bytes that rsync sends and receives to make one file the other one; empty without it. */
  static Optional<Long> rsync(Path from, Path to) throws IOException, InterruptedException {
    try {
      String stats =
          run(
              List.of(
                  "rsync",
                  "--no-whole-file",
                  "--ignore-times",
                  "--stats",
                  from.toString(),
                  to.toString()));
      return Optional.of(figure(stats, "bytes sent") + figure(stats, "bytes received"));
    } catch (IOException e) {
      System.err.println("rsync is not measured: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** What PouchDB says it costs to replicate what differs; empty when it is not installed. */
  static Optional<String> pouchdb(Path before, Path after)
      throws IOException, InterruptedException {
    if (!Files.isDirectory(POUCHDB.resolve("node_modules"))) {
      System.err.println("PouchDB is not installed in " + POUCHDB + ", so it is not measured");
      return Optional.empty();
    }
    String script = POUCHDB.resolve("replicate.mjs").toString();
    return Optional.of(run(List.of("node", script, before.toString(), after.toString())).strip());
  }

  private static long figure(String stats, String name) {
    Matcher line = Pattern.compile("Total " + name + ": ([0-9,]+)").matcher(stats);
    if (!line.find()) {
      throw new IllegalStateException("rsync says " + stats);
    }
    return Long.parseLong(line.group(1).replace(",", ""));
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command.get(0) + ": " + output.strip());
    }
    return output;
  }
}
