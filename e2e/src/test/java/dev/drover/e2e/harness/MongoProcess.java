package dev.drover.e2e.harness;

import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** A document store outside every central, as a process of its own. */
public final class MongoProcess implements AutoCloseable {
  private static final int MEGABYTES = 384;

  private final int port = Ports.free();
  private final MainProcess process;

  /**
   * A store that is not started yet.
   *
   * @param name the name of the directory of its data below {@code e2e/target/processes}
   */
  public MongoProcess(String name) {
    Path data = JavaProcess.HOME.resolve("e2e/target/processes").resolve(name);
    JavaProcess.deleteTree(data);
    process =
        new MainProcess(
            name,
            MongoProcess.class,
            MEGABYTES,
            List.of(),
            List.of(data.toString(), String.valueOf(port)));
  }

  /** Runs until it is killed; the arguments are directory and port. */
  public static void main(String[] args) {
    new EmbeddedMongo(new MongoConfig(Path.of(args[0]), Integer.parseInt(args[1]), true)).start();
  }

  /** What {@code DATABASE_URL} says. */
  public String url() {
    return "mongodb://127.0.0.1:" + port;
  }

  /** Starts it and waits until it listens. */
  public void start() {
    process.launch();
    Awaitility.await("the document store listens, see " + process.output())
        .atMost(Duration.ofSeconds(60))
        .until(this::listens);
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
