package dev.drover.engine.backbone;

import dev.drover.engine.disk.Directories;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The child process: a KRaft broker and controller of one node on loopback. It ends at once when
 * its standard input ends, so that it never outlives its parent.
 */
public final class KafkaBroker {
  /** What the parent writes to ask for an orderly end. */
  static final int STOP = 's';

  private static final String FORMATTED = "meta.properties";

  /**
   * It lives on 30 MB and rarely does much; its collector would look at what is old only when all
   * of the heap is full of it, which it is after two hours. Takes some 30 ms.
   */
  private static final int TIDY_MINUTES = 5;

  private KafkaBroker() {}

  /**
   * Formats the directory when it is new, and runs until told to stop.
   *
   * @param args data directory, broker port
   */
  public static void main(String[] args) throws Exception {
    if (args.length != 2) {
      System.err.println("usage: KafkaBroker <data directory> <port>");
      System.exit(2);
    }
    Path dataDir = Path.of(args[0]).toAbsolutePath();
    int port = Integer.parseInt(args[1]);
    // Watch before anything slow: a parent that dies while this starts must not leave an orphan.
    KafkaRaftServer[] running = new KafkaRaftServer[1];
    Thread watch = new Thread(() -> watchParent(System.in, running), "parent-watch");
    watch.setDaemon(true);
    watch.start();
    try {
      Properties settings = KafkaSettings.of(dataDir, port, FreePort.pickForChild());
      KafkaConfig config = KafkaConfig.fromProps(settings, false);
      format(dataDir);
      KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
      server.startup();
      synchronized (running) {
        running[0] = server;
      }
      Executors.newSingleThreadScheduledExecutor(KafkaBroker::tidier)
          .scheduleWithFixedDelay(System::gc, TIDY_MINUTES, TIDY_MINUTES, TimeUnit.MINUTES);
      server.awaitShutdown();
      Runtime.getRuntime().halt(0);
    } catch (Exception e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private static Thread tidier(Runnable work) {
    Thread thread = new Thread(work, "tidier");
    thread.setDaemon(true);
    return thread;
  }

  private static void watchParent(InputStream in, KafkaRaftServer[] running) {
    int read;
    try {
      read = in.read();
    } catch (IOException e) {
      read = -1;
    }
    if (read == STOP) {
      synchronized (running) {
        if (running[0] != null) {
          running[0].shutdown();
        }
      }
    }
    Runtime.getRuntime().halt(0);
  }

  /**
   * Kafka does not sync all that it formats, and takes a directory with meta.properties for whole.
   * So it is made aside, and that file comes to its place last.
   */
  private static void format(Path dataDir) throws Exception {
    Path log = dataDir.resolve("log");
    if (Files.exists(log.resolve(FORMATTED))) {
      return;
    }
    Path fresh = Files.createDirectories(dataDir.resolve("log.new"));
    for (Path file : files(fresh)) {
      Files.delete(file);
    }
    PrintStream silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new Formatter()
        .setPrintStream(silent)
        .setNodeId(KafkaSettings.NODE)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(fresh.toString())
        .setMetadataLogDirectory(fresh.toString())
        .setControllerListenerName("CONTROLLER")
        .setIgnoreFormatted(true)
        .run();
    Directories.create(log);
    for (Path file : files(fresh)) {
      Directories.syncFile(file);
      if (!file.endsWith(FORMATTED)) {
        Files.move(file, log.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Directories.sync(log);
    Files.move(fresh.resolve(FORMATTED), log.resolve(FORMATTED), StandardCopyOption.ATOMIC_MOVE);
    Directories.sync(log);
    Files.delete(fresh);
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
