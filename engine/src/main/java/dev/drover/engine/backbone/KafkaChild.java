package dev.drover.engine.backbone;

import dev.drover.engine.disk.Directories;
import dev.drover.engine.start.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One child process with a Kafka broker in it: its command, what it says, and its end. */
final class KafkaChild {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaChild.class);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);

  private final Path dataDir;
  private final int port;
  private final Process process;

  private KafkaChild(Path dataDir, int port) throws IOException {
    this.dataDir = dataDir;
    this.port = port;
    this.process =
        new ProcessBuilder(
                ChildCommand.of(
                    System.getProperty("java.class.path"),
                    KafkaBroker.class,
                    options(),
                    List.of(dataDir.toString(), Integer.toString(port))))
            .redirectErrorStream(true)
            .redirectOutput(outputFile().toFile())
            .start();
  }

  /** Starts a child on the files of this directory; those that are damaged are set aside before. */
  static KafkaChild launch(Path dataDir, int port) {
    new KafkaFiles(dataDir, Clock.systemUTC()).mend();
    try {
      Directories.create(dataDir);
      return new KafkaChild(dataDir, port);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start the Kafka child in " + dataDir, e);
    }
  }

  private List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-Xmx192m",
                // What was touched once stays resident, so it begins small, and gives back what
                // it does not need when it collects; see KafkaBroker.
                "-Xms32m",
                "-XX:MaxHeapFreeRatio=50",
                "-XX:MaxNewSize=16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.net.preferIPv4Stack=true",
                "-Dlogback.configurationFile=drover-kafka-logback.xml",
                "-Ddrover.kafka.log=" + logFile()));
    List<String> own = ManagementFactory.getRuntimeMXBean().getInputArguments();
    options.addAll(ChildCommand.archive(own, "kafka.jsa"));
    return options;
  }

  private Path outputFile() {
    return dataDir.resolve("broker.out");
  }

  private Path logFile() {
    return dataDir.resolve("broker.log");
  }

  long pid() {
    return process.pid();
  }

  /** Whether it does anything. */
  Progress progress() {
    return new Progress(process.toHandle(), List.of(outputFile(), logFile()));
  }

  /** A plain connect first: a Kafka client that finds nobody fills the log with warnings. */
  boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether it ends within this time. */
  boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** With what it has ended. */
  int exitValue() {
    return process.exitValue();
  }

  void kill() {
    process.destroyForcibly();
  }

  /** Stops it in order; one that hangs is killed, one that writes its archive is not. */
  void stop() {
    try (OutputStream in = process.getOutputStream()) {
      in.write(KafkaBroker.STOP);
      in.flush();
      Progress progress = progress();
      while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
        if (progress.still().compareTo(STOP_PATIENCE) > 0) {
          LOG.warn("The Kafka child hung for {} s and is killed", STOP_PATIENCE.toSeconds());
          process.destroyForcibly().waitFor();
        }
      }
    } catch (IOException e) {
      LOG.debug("The Kafka child was gone already", e);
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** The end of what it printed; when it printed nothing, the end of its log. */
  String output() {
    String printed = end(outputFile());
    return printed.isEmpty() ? end(logFile()) : printed;
  }

  /** What of its last words says most to people. */
  String lastWords() {
    String output = output();
    if (output.toLowerCase(Locale.ROOT).contains("no space left on device")) {
      return "its disk is full";
    }
    List<String> lines = output.lines().filter(line -> !line.startsWith("\tat ")).toList();
    return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
  }

  private static String end(Path file) {
    try {
      String all = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      return all.substring(Math.max(0, all.length() - 2000));
    } catch (IOException e) {
      return "";
    }
  }
}
