package dev.drover.engine.backbone;

import de.bwaldvogel.mongo.MongoServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.mvstore.MVStore;

/**
 * A document store that speaks the Mongo wire protocol on loopback, keeps its data in one file, and
 * answers a write only after it is durable; commits of concurrent writers are shared.
 */
public final class EmbeddedMongo implements AutoCloseable {
  /** A handler thread waits for its commit, so this bounds how many writes one commit can cover. */
  private static final int HANDLER_THREADS = 64;

  private static final String FILE = "drover.mv";

  private final MongoConfig config;
  private MVStore store;
  private GroupCommit commits;
  private MongoServer server;
  private int port;

  /** A store that is not started yet. */
  public EmbeddedMongo(MongoConfig config) {
    this.config = config;
  }

  /**
   * Opens the file and listens.
   *
   * @throws IllegalStateException when the file is in use by another process, or the port is taken
   */
  public synchronized EmbeddedMongo start() {
    if (server != null) {
      return this;
    }
    store = open(config.dataDir());
    commits = new GroupCommit(store, config.powerCutSafe());
    MongoServer starting = new MongoServer(new DurableMongoBackend(store, commits));
    try {
      starting.bind(new InetSocketAddress("127.0.0.1", config.port()), 1, HANDLER_THREADS);
    } catch (RuntimeException e) {
      throw new IllegalStateException("Cannot listen on 127.0.0.1:" + config.port(), e);
    }
    port = starting.getLocalAddress().getPort();
    server = starting;
    return this;
  }

  private static MVStore open(Path dataDir) {
    try {
      Files.createDirectories(dataDir);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create " + dataDir, e);
    }
    Path file = dataDir.resolve(FILE);
    try {
      MVStore opened =
          new MVStore.Builder()
              .fileName(file.toString())
              .autoCommitDisabled()
              .autoCommitBufferSize(0)
              .open();
      opened.setVersionsToKeep(0);
      opened.setRetentionTime(0);
      return opened;
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "Cannot open the document store "
              + file
              + "; unless another process has it open, it is damaged: put it back from a backup of"
              + " the whole data directory",
          e);
    }
  }

  /** The connection string, for example {@code mongodb://127.0.0.1:27017}. */
  public String url() {
    return "mongodb://127.0.0.1:" + port;
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /** Durable commits made since the start. */
  public synchronized long commits() {
    return commits == null ? 0 : commits.commits();
  }

  /** Size of the data file in bytes. */
  public long fileSize() {
    try {
      return Files.size(config.dataDir().resolve(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the connections, commits and closes the file. */
  @Override
  public synchronized void close() {
    if (server != null) {
      server.shutdownNow();
      server = null;
    }
  }
}
