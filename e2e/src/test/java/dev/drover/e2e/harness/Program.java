package dev.drover.e2e.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A program whose standard output is collected line by line. */
public record Program(Process process, List<String> lines) implements AutoCloseable {
  /** Starts a program in a directory. */
  public static Program run(Path directory, String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    List<String> lines = new CopyOnWriteArrayList<>();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader output = process.inputReader()) {
                output.lines().forEach(lines::add);
              } catch (IOException | UncheckedIOException e) {
                lines.add("cut: " + e);
              }
            });
    reader.setDaemon(true);
    reader.start();
    return new Program(process, lines);
  }

  /** Waits until a line has this text, and returns the first such line. */
  public String await(String text) {
    Awaitility.await(text + " in " + lines)
        .atMost(Duration.ofSeconds(20))
        .until(() -> lines.stream().anyMatch(line -> line.contains(text)));
    return lines.stream().filter(line -> line.contains(text)).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
