package dev.drover.engine.backbone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
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
      server.awaitShutdown();
      Runtime.getRuntime().halt(0);
    } catch (Exception e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
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

  private static void format(Path dataDir) throws Exception {
    Path log = dataDir.resolve("log");
    if (Files.exists(log.resolve("meta.properties"))) {
      return;
    }
    Files.createDirectories(log);
    PrintStream silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new Formatter()
        .setPrintStream(silent)
        .setNodeId(KafkaSettings.NODE)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(log.toString())
        .setMetadataLogDirectory(log.toString())
        .setControllerListenerName("CONTROLLER")
        .setIgnoreFormatted(true)
        .run();
  }
}
